// porthole: what files say of themselves: lengths, titles, covers. The page is there at once;
// each row that comes into view is asked about, a few at a time.
(function () {
  'use strict'

  const P = window.porthole
  const { $, clock, make, link } = P

  // The server reads media within a budget for each folder and second. Beyond it, it says how
  // long to wait.
  const AT_ONCE = 3

  // Of the page that is shown: what is in view and not asked for, and what the tracks said.
  let table, observer, waiting, tracks
  let asked = 0
  let pause

  const isMedia = row => row.dataset.tag &&
    (row.matches('.vid, .aud') || (row.classList.contains('img') && !$('.n img', row)))

  function next() {
    while (!pause && asked < AT_ONCE && waiting.length) ask(waiting.shift(), table)
  }
  function ask(row, ofTable) {
    asked++
    fetch(link(row).href + '?get=info', { credentials: 'same-origin' }).then(response => {
      if (response.status === 503) return rest(row, ofTable, response.headers.get('retry-after'))
      return response.ok ? response.json() : null
    }).then(facts => { if (facts && ofTable === table) tell(row, facts) }).catch(() => { }).then(() => {
      asked--
      next()
    })
  }
  function rest(row, ofTable, seconds) {
    if (ofTable === table) waiting.unshift(row)
    clearTimeout(pause)
    pause = setTimeout(() => { pause = 0; next() }, (Number(seconds) || 1) * 1000)
  }

  function tell(row, facts) {
    if (facts.duration) tellLength($('.l', row), clock(facts.duration))
    if (facts.title && !row.classList.contains('img')) tellTitle(row, facts)
    if ((facts.thumbnail || facts.cover) && !$('.n img', row)) showPicture(row, facts)
    if (row.classList.contains('aud')) tellAlbum(row, facts)
  }
  // Where something was begun, the time that is left stays.
  function tellLength(cell, words) {
    if (!cell) return
    if (cell.dataset.whole === undefined) cell.textContent = words
    else cell.dataset.whole = words
  }
  function tellTitle(row, { title, artist }) {
    row.dataset.title = title
    const words = [title, artist].filter(Boolean).join(' \u00b7 ')
    const name = link(row).textContent.replace(/\.\w+$/, '')
    if (words !== name && !$('.n .what', row)) $('.n', row).append(make('small', 'what', words))
  }
  // The tag in the address is that of the file, so what was loaded once is never asked for again.
  const thumb = row => table.dataset.thumb + row.dataset.tag + '/' + table.dataset.path +
    link(row).getAttribute('href')
  function showPicture(row, facts) {
    const icon = $('.n > svg', row)
    const image = new Image()
    // The small picture in a photo lies as the camera lay.
    const turn = facts.thumbnail ? facts.orientation || 1 : 1
    image.alt = ''
    image.className = 'o' + turn
    image.onload = () => {
      if (icon) icon.replaceWith(image)
      row.classList.toggle('quarter', turn > 4)
    }
    image.src = thumb(row)
  }

  // An album says who made it once all of its tracks that were asked about agree.
  function tellAlbum(row, facts) {
    const album = $('#album')
    if (!album) return
    tracks.push(facts)
    const same = key => tracks.every(track => track[key] === tracks[0][key]) ? tracks[0][key] : undefined
    const name = same('album')
    const artist = same('album_artist') || same('artist')
    album.dataset.artist = name && artist || ''
    if (name) album.dataset.album = name
    const heading = $('h1', album)
    const by = $('.by', album) || make('p', 'by')
    const words = [artist, name, same('year')].filter(word => word && word !== heading.textContent)
    by.textContent = words.join(' \u00b7 ')
    if (name && words.length) heading.after(by)
    else by.remove()
    if (!$('[data-art]', album) && facts.cover) {
      const cover = new Image()
      cover.alt = ''
      cover.dataset.art = ''
      cover.onload = () => { if (!$('[data-art]', album)) $('.album', album).prepend(cover) }
      cover.src = thumb(row)
    }
  }

  function seen(entries) {
    entries.forEach(({ target: row, isIntersecting }) => {
      if (isIntersecting) waiting.push(row)
      else waiting = waiting.filter(other => other !== row)
    })
    next()
  }
  // Whoever has asked for a row has its answer, whether or not it was of use.
  P.setUps.push(() => {
    if (observer) observer.disconnect()
    table = $('table.ls[data-thumb]')
    waiting = []
    tracks = []
    if (!table || !window.IntersectionObserver) return
    observer = new IntersectionObserver(seen, { rootMargin: '200px' })
    P.rows().filter(row => link(row) && isMedia(row)).forEach(row => observer.observe(row))
  })
})();
