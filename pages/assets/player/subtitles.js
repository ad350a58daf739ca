// porthole: subtitles and chapters of a film: which, how large, how late, and where to go.
(function () {
  'use strict'

  const P = window.porthole
  const { $$, on, stored, store } = P
  const deck = P.deck
  if (!deck || !deck.stage) return
  const { stage, bar, media, show } = deck
  const choice = bar && P.$('.subs', bar)
  const size = bar && P.$('.cue-size', bar)

  const tracks = kinds => Array.from(media.textTracks || []).filter(track => kinds.test(track.kind))
  const subtitles = () => tracks(/subtitles|captions/)
  const shown = () => subtitles().findIndex(track => track.mode === 'showing')

  // What the viewer chose, also for the next film.
  let language
  function list() {
    // A track that is disabled is not loaded.
    tracks(/chapters/).forEach(track => { track.mode = 'hidden' })
    if (language !== undefined) turnOn(subtitles().findIndex(track => track.label === language))
    if (!choice) return
    while (choice.options.length > 1) choice.remove(1)
    subtitles().forEach((track, i) => choice.add(new Option(track.label || track.language, i)))
    choice.hidden = choice.options.length < 2
    paint()
  }
  function paint() {
    if (choice) choice.value = shown()
    if (size) size.hidden = shown() < 0
  }
  function turnOn(index) {
    subtitles().forEach((track, i) => { track.mode = i === index ? 'showing' : 'disabled' })
    paint()
  }
  function choose(index) {
    const track = subtitles()[index]
    language = track ? track.label : ''
    turnOn(index)
    if (choice) show(choice.options[choice.selectedIndex].text)
  }
  function next() {
    const index = shown() + 1
    if (subtitles().length) choose(index < subtitles().length ? index : -1)
  }

  // Subtitles that run early or late. Each cue's written times are kept, so that nothing adds
  // up; cues that load later are moved as well.
  let delay = 0
  const written = new WeakMap()
  function moveCues() {
    subtitles().forEach(track => Array.from(track.cues || []).forEach(cue => {
      if (!written.has(cue)) written.set(cue, [cue.startTime, cue.endTime])
      const [from, to] = written.get(cue)
      cue.startTime = Math.max(0, from + delay)
      cue.endTime = Math.max(0, to + delay)
    }))
  }
  function stepDelay(by) {
    delay = Math.round((delay + by) * 10) / 10
    moveCues()
    show(deck.signed(delay, Math.abs(delay).toFixed(1) + ' s'))
  }

  // The sheet has a class for each size: styles of `::cue` can not be set from here.
  function setSize(value) {
    $$('option', size).forEach(option =>
      stage.classList.toggle('cue-' + option.value, option.value === value))
    size.value = value
  }

  // How far to go where a film has none.
  const WITHOUT_CHAPTERS_SECONDS = 600
  function stepChapter(by) {
    const cues = [].concat(...tracks(/chapters/).map(track => Array.from(track.cues || [])))
    const now = media.currentTime
    if (!cues.length) return deck.jump(by * WITHOUT_CHAPTERS_SECONDS)
    // Just after its start, "back" means the chapter before.
    const cue = by > 0 ? cues.find(c => c.startTime > now + 0.5)
      : cues.filter(c => c.startTime < now - 3).pop() || cues[0]
    if (!cue) return
    deck.seekTo(cue.startTime)
    show(cue.text)
  }

  on(choice, 'change', () => choose(Number(choice.value)))
  on(size, 'change', () => { setSize(size.value); store('cues', size.value) })
  on(media, 'loadedmetadata', list)
  on(media.textTracks, 'change', paint)
  // The event of a <track> does not bubble.
  on(media, 'load', moveCues, true)
  Object.assign(deck.letters, {
    c: next, v: next, g: () => stepDelay(-0.1), h: () => stepDelay(0.1)
  })
  Object.assign(deck.keys, { PageUp: () => stepChapter(1), PageDown: () => stepChapter(-1) })
  if (size) setSize(String(stored('cues', size.value)))
  P.setUps.push(list)
})();
