// porthole: the picture view. One dialog over the folder: keys, swipes, and Back closes it.
// Without dialogs in the browser, a picture's link is the file.
(function () {
  'use strict'

  const P = window.porthole
  const { $, on, within, link, openName } = P
  if (!P.canShowDialogs) return

  // Which one is shown, among those that the filter leaves; the whole picture that is loading
  // to take the place of its preview; the path of the page below.
  let current = -1
  let whole
  let folder
  const box = () => $('#lb')
  const pictures = () => P.rows().filter(row => row.classList.contains('img') && !row.hidden)
  const at = index => { const all = pictures(); return all[(index + all.length) % all.length] }

  function show(index, fromHistory) {
    const count = pictures().length
    if (!box() || !count) return
    current = (index + count) % count
    fill(at(current), (current + 1) + ' / ' + count)
    const wasOpen = box().open
    if (!wasOpen) {
      box().showModal()
      // Not the first button, which closes: Space goes on to the next picture.
      $('figure', box()).tabIndex = -1
      $('figure', box()).focus()
    }
    if (!fromHistory) nameInAddress(openName(at(current)), wasOpen)
    new Image().src = link(at(current + 1)).href
    new Image().src = link(at(current - 1)).href
  }

  // The preview stands at once and the whole picture takes its place when it is there. One
  // that the browser cannot decode (HEIC) keeps its preview.
  function fill(row, place) {
    const { href, textContent: name } = link(row)
    const preview = $('.n img', row)
    const view = $('figure img', box())
    const loading = whole = new Image()
    view.src = preview ? preview.currentSrc || preview.src : href
    view.alt = name
    // A preview may have to be turned; a whole picture is turned by the browser.
    view.className = preview ? preview.className : ''
    loading.onload = () => { if (loading === whole) { view.src = href; view.className = '' } }
    loading.src = href
    $('header p', box()).firstChild.data = name
    $('header small', box()).textContent = place
    $('[download]', box()).href = href
  }

  // ---- The address, and Back

  const isNamedHere = () => !!history.state && history.state.picture
  function nameInAddress(name, replace) {
    const query = new URLSearchParams(location.search)
    query.set('open', name)
    history[replace ? 'replaceState' : 'pushState']({ picture: true }, '', '?' + query)
  }
  // `?open=` names a picture. The folder is put below it, so that Back leads to the folder.
  function openByAddress(fromHistory) {
    const query = new URLSearchParams(location.search)
    const name = query.get('open')
    const index = name ? pictures().findIndex(row => openName(row) === name) : -1
    if (index < 0) return
    query.delete('open')
    const below = location.pathname + (String(query) && '?' + query)
    if (!fromHistory) history.replaceState(null, '', below)
    show(index, fromHistory)
  }
  // The browser says so with its next frame. By then Forward may have opened the view again.
  function closed() {
    if (box().open) return
    if (at(current)) link(at(current)).focus()
    if (isNamedHere()) history.back()
  }
  on(window, 'popstate', event => {
    if (!box() || location.pathname !== folder) return
    if (box().open) box().close()
    else if (isNamedHere()) openByAddress(true)
    else return
    // Nobody else has to do with it: the page below stays as it is.
    event.stopImmediatePropagation()
  })

  // ---- Keys, buttons, fingers

  function onKey(event) {
    const next = current + 1
    const index = { ArrowLeft: current - 1, ArrowRight: next, ' ': next, Home: 0, End: -1 }[event.key]
    if (index === undefined || (event.key === ' ' && within(event, 'button, a'))) return
    show(index)
    event.preventDefault()
  }

  // Left and right turn, down closes. A pinched picture is the browser's to move.
  let start = null
  const isPinched = () => !!window.visualViewport && visualViewport.scale > 1.05
  function onFinger(event) {
    if (event.type === 'pointerdown') start = event.isPrimary && !isPinched() ? event : null
    if (!start || event.type === 'pointerdown') return
    const view = $('figure img', box())
    const x = event.clientX - start.clientX
    const y = event.clientY - start.clientY
    const isMouse = event.pointerType === 'mouse'
    if (event.type === 'pointermove') {
      if (!isMouse) view.style.transform = 'translate(' + x + 'px, ' + Math.max(0, y) + 'px)'
      return
    }
    start = null
    view.style.transform = ''
    if (event.type === 'pointercancel') return
    if (y > 90 && y > Math.abs(x)) box().close()
    else if (Math.abs(x) > 50) show(current + (x < 0 ? 1 : -1))
    else if (isMouse && event.target !== view) box().close()
  }

  on(document, 'click', event => {
    if (within(event, '#lb .pv')) show(current - 1)
    if (within(event, '#lb .nx')) show(current + 1)
  })
  on(document, 'keydown', event => { if (within(event, '#lb')) onKey(event) })
  on(document, 'close', event => { if (event.target.id === 'lb') closed() }, true)
  ;['pointerdown', 'pointermove', 'pointerup', 'pointercancel'].forEach(type =>
    on(document, type, event => { if (within(event, '#lb figure')) onFinger(event) }))

  P.showPicture = row => {
    if (!box()) return false
    show(pictures().indexOf(row))
    return true
  }
  P.setUps.push(() => {
    folder = location.pathname
    openByAddress()
  })
})();
