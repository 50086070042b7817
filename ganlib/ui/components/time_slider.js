// A slider over saved steps. The selection is a step, or null while following the newest.

const SPEEDS = [1, 2, 5]
const INTERVAL_MS = 500 // between two frames at speed 1
const PATIENCE_MS = 2000 // wait for the server's answer before the slider continues without it
const SNAP = 0.01 // distance from a mark, as a share of the scale, within which the mouse selects it
const thousands = new Intl.NumberFormat("en-US")

export default function (component) {
  const root = component.parentElement.querySelector(".slider")
  const slider = (root.slider ??= new TimeSlider(root))
  slider.update(component.data, component.setStateValue)
  return () => setTimeout(() => root.isConnected || slider.stop(), 0)
}

// Moves the vertical line of all charts with this link; see live_chart.js.
function placeCursor(link, at) {
  const cursors = (window.ganlibCursors ??= new Map())
  if (!link || cursors.get(link) === at) return
  cursors.set(link, at)
  window.dispatchEvent(new CustomEvent("ganlib-cursor", { detail: link }))
}

class TimeSlider {
  constructor(root) {
    this.root = root
    this.range = root.querySelector(".range")
    this.steps = []
    this.marks = []
    this.chosen = null // the selection shown in the browser
    this.confirmed = null // the last selection confirmed by the server
    this.asked = undefined // the selection sent to the server, until it answers; may be null
    this.next = undefined // the selection to send next
    this.due = 0 // when the next frame should be shown, in milliseconds of performance.now()
    this.playing = false
    this.speed = SPEEDS[0]
    this.range.oninput = () => this.choose(this.nearest(this.snapped(Number(this.range.value))))
    this.range.onkeydown = event => this.onKey(event)
    root.querySelector(".play").onclick = () => (this.playing ? this.stop() : this.play())
    root.querySelector(".speed").onclick = () => this.changeSpeed()
    root.querySelector(".newest").onclick = () => this.choose(this.steps.length - 1)
  }

  update(data, setStateValue) {
    this.setStateValue = setStateValue
    this.steps = data.ranges.flatMap(([first, stride, count]) =>
      Array.from({ length: count }, (_, i) => first + i * stride),
    )
    this.times = data.times
    this.total = data.total
    this.confirmed = data.chosen
    this.drawMarks(data.marks)
    placeCursor(data.link, data.cursor)
    if (this.asked === undefined) this.chosen = data.chosen
    else if (this.asked === data.chosen) this.answered()
    this.paint()
  }

  // Selecting the newest step follows it; any other step stays selected.
  choose(index) {
    this.stop()
    this.show(index)
  }

  show(index) {
    const last = this.steps.length - 1
    this.chosen = index >= last ? null : this.steps[Math.max(index, 0)]
    this.paint()
    if (this.asked === undefined) this.ask(this.chosen)
    else this.next = this.chosen
  }

  ask(step) {
    this.next = undefined
    if (step === this.confirmed) return this.answered()
    this.asked = step
    clearTimeout(this.patience)
    this.patience = setTimeout(() => this.answered(), PATIENCE_MS)
    // With the time: after the component was removed and drawn again, Streamlit would take a step
    // that it had sent before, such as null, for no change.
    this.setStateValue("step", [step, Date.now()])
  }

  answered() {
    clearTimeout(this.patience)
    this.asked = undefined
    if (this.next !== undefined) this.ask(this.next)
    else if (this.playing) this.scheduleFrame()
  }

  play() {
    this.playing = true
    this.due = performance.now()
    this.paint()
    // Starts from the first step if there is no newer one.
    if (this.chosen === null) this.show(0)
    else this.showNextFrame()
  }

  stop() {
    this.playing = false
    clearTimeout(this.frame)
    this.paint()
  }

  scheduleFrame() {
    clearTimeout(this.frame)
    const now = performance.now()
    // Not from the last frame on, or the delay of each timer would add up.
    this.due = Math.max(this.due + INTERVAL_MS / this.speed, now)
    this.frame = setTimeout(() => this.showNextFrame(), this.due - now)
  }

  showNextFrame() {
    const index = this.indexOf(this.chosen) + 1
    this.show(index)
    if (index < this.steps.length - 1) return
    this.playing = false
    // Otherwise it is painted with the server's answer.
    if (this.asked === undefined) this.paint()
  }

  changeSpeed() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length]
    this.paint()
  }

  // Moves from saved step to saved step; the input itself would stop at every step between.
  onKey(event) {
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }
    const jumps = { PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity }
    const move = moves[event.key] ?? jumps[event.key]
    if (move === undefined) return
    event.preventDefault()
    this.choose(Math.min(Math.max(this.indexOf(this.chosen) + move, 0), this.steps.length - 1))
  }

  indexOf(chosen) {
    return chosen === null ? this.steps.length - 1 : this.nearest(chosen)
  }

  nearest(step) {
    let best = 0
    for (let i = 1; i < this.steps.length; i++) {
      if (Math.abs(this.steps[i] - step) <= Math.abs(this.steps[best] - step)) best = i
    }
    return best
  }

  snapped(step) {
    const near = this.marks.filter(mark => Math.abs(mark.step - step) <= SNAP * this.total)
    near.sort((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))
    return near.length ? near[0].step : step
  }

  drawMarks(marks) {
    const same = JSON.stringify([marks, this.total])
    if (same === this.drawn) return
    this.drawn = same
    this.marks = marks
    this.root.querySelector(".marks").replaceChildren(
      ...marks.map(({ step, kind, label }) => {
        const mark = document.createElement("i")
        mark.className = kind
        mark.title = label
        mark.style.setProperty("--at", step / Math.max(this.total, 1))
        return mark
      }),
    )
  }

  paint() {
    const newest = this.steps.at(-1)
    // While playing, the step that samples and sentence show, not the one that was asked for.
    const shown = this.playing ? this.confirmed : this.chosen
    const step = shown ?? newest
    const place = this.times.length ? this.times[this.indexOf(shown)] : `step ${thousands.format(step)}`
    const text = `${shown === null ? "newest · " : ""}${place}`
    const label = this.root.querySelector(".label")
    const widest = `newest · ${this.times.at(-1) ?? `step ${thousands.format(this.total)}`}`
    label.textContent = text
    label.style.minWidth = `${widest.length}ch`
    this.range.max = Math.max(this.total, 1)
    this.range.value = step
    this.range.setAttribute("aria-valuetext", text)
    this.range.style.setProperty("--at", step / this.range.max)
    this.range.style.setProperty("--reach", newest / this.range.max)
    this.root.classList.toggle("playing", this.playing)
    const [play, speed, follow] = ["play", "speed", "newest"].map(name =>
      this.root.querySelector(`.${name}`),
    )
    play.title = this.playing ? "Pause" : "Play through the saved steps"
    play.setAttribute("aria-label", play.title)
    speed.textContent = `${this.speed}×`
    speed.title = `At most ${(this.speed * 1000) / INTERVAL_MS} steps per second`
    speed.setAttribute("aria-label", `Speed ${this.speed}`)
    follow.title = "Follow the newest step"
    follow.setAttribute("aria-pressed", String(this.chosen === null))
  }
}
