// porthole: what a film says of itself: its chapters as a menu and for the keys, and its cover.
(function () {
  'use strict'

  const P = window.porthole
  const { $, on, clock } = P
  const deck = P.deck
  if (!deck || !deck.stage) return
  const { bar, media } = deck
  const menu = bar && $('.chapters', bar)

  // A track that was added stays with the element: the next film gets other cues in it.
  let track
  let file
  function fill(chapters) {
    if (!track && chapters.length && window.VTTCue) track = media.addTextTrack('chapters')
    if (track) {
      track.mode = 'hidden'
      Array.from(track.cues || []).forEach(cue => track.removeCue(cue))
      chapters.forEach(({ start, title }, i) => {
        const end = i + 1 < chapters.length ? chapters[i + 1].start : Math.max(deck.length(), start + 1)
        track.addCue(new VTTCue(start, Math.max(start, end), title || String(i + 1)))
      })
    }
    if (!menu) return
    menu.textContent = ''
    chapters.forEach(({ start, title }, i) =>
      menu.add(new Option(clock(start) + '  ' + (title || i + 1), start)))
    menu.hidden = chapters.length < 2
    paint()
  }
  function paint() {
    if (!menu || menu.hidden || document.activeElement === menu) return
    const begun = Array.from(menu.options).filter(option => Number(option.value) <= media.currentTime)
    menu.selectedIndex = Math.max(0, begun.length - 1)
  }

  function ask() {
    const address = deck.address().href.split('#')[0]
    if (!media.src || address === file) return
    file = address
    fill([])
    fetch(address + '?get=info', { credentials: 'same-origin' })
      .then(response => response.ok ? response.json() : {})
      .then(facts => {
        if (address !== file) return
        // Those that lie beside the film were put there by someone who wanted others.
        if (!$('track[kind=chapters]', media)) fill(facts.chapters || [])
        if (facts.cover && !media.poster) media.poster = address + '?get=cover'
      }).catch(() => { })
  }

  on(menu, 'change', () => deck.seekTo(Number(menu.value)))
  on(media, 'timeupdate', paint)
  P.setUps.push(ask)
})();
