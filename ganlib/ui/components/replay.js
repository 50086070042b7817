// Plays through the saved steps of runs, in the browser alone. Between two steps, samples of the
// same noise move from one place to the next, and images fade.

const LOOP_MS = 7000
const REST_MS = 2500 // at the last step, before the next round
const FRAME_MS = 33
const ALT = "Generated samples at the saved steps of a training."
const thousands = new Intl.NumberFormat("en-US")
const ICON = `<svg viewBox="0 0 16 16" aria-hidden="true">
  <path class="icon-play" d="M4.5 2.5v11l9-5.5z" /><path class="icon-pause" d="M4 3h3v10H4zM9 3h3v10H9z" />
</svg>`

export default function (component) {
  const root = component.parentElement.querySelector(".replays")
  const gallery = (root.gallery ??= new Gallery(root))
  const data = JSON.parse(new TextDecoder().decode(component.data))
  gallery.update(data, component.setTriggerValue)
  return () => setTimeout(() => root.isConnected || gallery.stop(), 0)
}

class Gallery {
  constructor(root) {
    this.root = root
    this.cards = []
    this.seen = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) target.card.visible = isIntersecting
    })
    this.resizes = new ResizeObserver(() => this.cards.forEach(card => card.fit()))
    this.resizes.observe(root)
    // A hidden tab gets no frames, so the replays pause there.
    this.tick = now => {
      this.cards.forEach(card => card.advance(now))
      this.request = requestAnimationFrame(this.tick)
    }
  }

  update(data, setTriggerValue) {
    this.setTriggerValue = setTriggerValue
    const contents = data.runs.map(run => run.id).join()
    if (contents !== this.contents) {
      this.contents = contents
      this.seen.disconnect()
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches
      const open = id => this.setTriggerValue("opened", id)
      this.cards = data.runs.map(run => new Card(run, data.colours, !still, open))
      this.root.replaceChildren(...this.cards.map(card => card.node))
      this.cards.forEach(card => this.seen.observe(card.node))
      this.cards.forEach(card => card.fit())
    }
    this.request ??= requestAnimationFrame(this.tick)
  }

  stop() {
    cancelAnimationFrame(this.request)
    this.request = undefined
    this.seen.disconnect()
    this.resizes.disconnect()
    delete this.root.gallery
  }
}

class Card {
  constructor(run, colours, plays, open) {
    this.run = run
    this.visible = true
    this.playing = plays
    this.last = run.steps.length - 1
    this.at = plays ? 0 : this.last // a position between two steps while playing
    this.rested = 0
    this.before = undefined
    this.canvas = element("canvas", { role: "img", ariaLabel: ALT, width: 1, height: 1 })
    this.draw = PAINTERS[run.kind](run, colours, () => this.paint())
    this.button = element("button", { type: "button", innerHTML: ICON })
    this.button.onclick = () => this.toggle()
    this.range = element("input", { type: "range", min: 0, max: this.last, step: 1 })
    this.range.setAttribute("aria-label", `Saved steps of ${run.name}`)
    this.range.oninput = () => {
      this.playing = false
      this.at = Number(this.range.value)
      this.paint()
    }
    const link = element("a", { className: "open", href: run.href, textContent: run.name })
    link.onclick = event => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      open(run.id)
    }
    this.step = element("span", { className: "step" })
    this.quality = element("span", { className: "quality" })
    const stage = element("div", { className: "stage" })
    const text = element("div", { className: "text" })
    const controls = element("div", { className: "controls" })
    stage.append(this.canvas)
    text.append(link, this.step, this.quality)
    controls.append(this.button, this.range)
    this.node = element("div", { className: "replay" })
    this.node.setAttribute("role", "listitem")
    this.node.card = this
    this.node.append(stage, text, controls)
  }

  toggle() {
    this.playing = !this.playing
    if (this.playing && this.at >= this.last) this.at = 0
    this.rested = 0
    this.before = undefined
    this.paint()
  }

  advance(now) {
    const passed = Math.min(now - (this.before ?? now), 100)
    if (this.before !== undefined && now - this.before < FRAME_MS) return
    this.before = now
    if (!this.playing || !this.visible) return
    if (this.at < this.last) {
      this.at = Math.min(this.at + (passed * this.last) / LOOP_MS, this.last)
      this.rested = 0
    } else {
      this.rested += passed
      if (this.rested < REST_MS) return
      this.at = 0
    }
    this.paint()
  }

  // The canvas has one pixel for each of the screen's, and images a whole number for each pixel.
  fit() {
    const ratio = window.devicePixelRatio || 1
    const room = Math.floor(this.canvas.parentElement.clientWidth * ratio)
    if (!room) return
    const { kind, size } = this.run
    const factor = Math.max(Math.floor(room / size[0]), 1)
    const [width, height] = kind === "images" ? size.map(side => side * factor) : [room, room]
    Object.assign(this.canvas, { width, height })
    this.canvas.style.width = `${width / ratio}px`
    this.canvas.style.height = `${height / ratio}px`
    this.paint()
  }

  paint() {
    const first = Math.min(Math.floor(this.at), this.last)
    const second = Math.min(first + 1, this.last)
    const context = this.canvas.getContext("2d")
    context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.draw(context, first, second, this.at - first)
    this.range.style.setProperty("--at", this.at / Math.max(this.last, 1))
    const shown = Math.round(this.at)
    if (shown !== this.shown) {
      this.shown = shown
      this.range.value = shown
      const step = `step ${thousands.format(this.run.steps[shown])}`
      this.range.setAttribute("aria-valuetext", `${step}, ${this.run.captions[shown]}`)
      this.step.textContent = step
      this.quality.textContent = this.run.captions[shown]
      this.canvas.dataset.step = this.run.steps[shown]
    }
    this.node.classList.toggle("playing", this.playing)
    this.button.setAttribute("aria-label", `${this.playing ? "Pause" : "Play"} ${this.run.name}`)
  }
}

// Each makes a function that draws what lies between two frames; share runs from 0 to 1.
const PAINTERS = {
  images(run, _, ready) {
    const [width, height] = run.size
    const sheet = new Image()
    sheet.onload = ready
    sheet.src = `data:image/png;base64,${run.sheet}`
    const draw = (context, frame, alpha) => {
      const { canvas } = context
      context.globalAlpha = alpha
      const from = [0, frame * (height + 1), width, height]
      context.drawImage(sheet, ...from, 0, 0, canvas.width, canvas.height)
    }
    return (context, first, second, share) => {
      if (!sheet.complete) return
      context.imageSmoothingEnabled = false
      draw(context, first, 1)
      if (share > 0) draw(context, second, share)
      context.globalAlpha = 1
    }
  },

  points(run, colours) {
    const real = new Uint16Array(decoded(run.real).buffer)
    const generated = new Uint16Array(decoded(run.generated).buffer)
    const length = 2 * run.size[1]
    const dots = (context, place, count, colour, alpha) => {
      const side = context.canvas.width
      const radius = Math.max(side / 130, 1)
      context.fillStyle = colour
      context.globalAlpha = alpha
      context.beginPath()
      for (let i = 0; i < count; i++) {
        const [x, y] = [place(2 * i), place(2 * i + 1)].map(value => ((3 * value) / 65535 - 1) * side)
        context.moveTo(x + radius, y)
        context.arc(x, y, radius, 0, 2 * Math.PI)
      }
      context.fill()
      context.globalAlpha = 1
    }
    return (context, first, second, share) => {
      dots(context, at => real[at], run.size[0], colours.real, 0.7)
      const place = at => between(generated, first * length + at, second * length + at, share)
      dots(context, place, run.size[1], colours.generated, 0.9)
    }
  },

  numbers(run, colours) {
    const real = decoded(run.real)
    const generated = decoded(run.generated)
    const bins = run.size[0]
    const hill = (context, height, colour) => {
      const { canvas } = context
      const bottom = canvas.height * 0.94
      const top = bin => bottom - (height(bin) / 255) * canvas.height * 0.86
      const x = bin => ((bin + 0.5) / bins) * canvas.width
      context.beginPath()
      context.moveTo(x(0), top(0))
      for (let bin = 1; bin < bins; bin++) {
        const middle = (x(bin - 1) + x(bin)) / 2
        context.bezierCurveTo(middle, top(bin - 1), middle, top(bin), x(bin), top(bin))
      }
      context.strokeStyle = context.fillStyle = colour
      context.lineWidth = Math.max(canvas.width / 100, 1.5)
      context.stroke()
      context.lineTo(x(bins - 1), bottom)
      context.lineTo(x(0), bottom)
      context.globalAlpha = 0.25
      context.fill()
      context.globalAlpha = 1
    }
    return (context, first, second, share) => {
      hill(context, bin => real[bin], colours.real)
      const height = bin => between(generated, first * bins + bin, second * bins + bin, share)
      hill(context, height, colours.generated)
    }
  },
}

function between(values, first, second, share) {
  return values[first] + (values[second] - values[first]) * share
}

function decoded(text) {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0))
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties)
}
