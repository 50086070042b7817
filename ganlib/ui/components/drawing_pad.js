// A square to draw in. The drawing is a text: points x,y with spaces, strokes with semicolons.

const CLOSE = 0.01 // points closer to the last one are skipped while the pointer moves
const FINE = 0.004 // greatest distance of a removed point from the simplified line
const PATIENCE_MS = 2000 // wait for the server's answer; after that, its state is used again
const SVG = "http://www.w3.org/2000/svg"

export default function (component) {
  const root = component.parentElement.querySelector(".pad")
  root.pad ??= new Pad(root)
  root.pad.update(component.data, component.setTriggerValue)
}

class Pad {
  constructor(root) {
    this.root = root
    this.square = root.querySelector(".square")
    this.strokes = []
    this.cleared = [] // strokes that Undo restores after Clear
    this.drawing = null // the stroke under the pointer
    this.sent = undefined // the drawing sent to the server, until it answers
    drawAxes(root.querySelector(".axes"))
    this.square.onpointerdown = event => this.begin(event)
    this.square.onpointermove = event => this.go(event)
    this.square.onpointerup = event => this.end(event)
    this.square.onpointercancel = () => {
      this.drawing = null
      this.paint()
    }
    root.querySelector(".undo").onclick = () => this.undo()
    root.querySelector(".clear").onclick = () => this.clear()
  }

  update(data, setTriggerValue) {
    this.setTriggerValue = setTriggerValue
    this.most = data.most
    this.root.style.setProperty("--ink", data.colour)
    if (data.drawing === this.sent) this.sent = undefined
    // Strokes drawn since then are newer than an answer that has not arrived yet.
    const newer = this.drawing || (this.sent !== undefined && performance.now() < this.until)
    if (!newer && data.drawing !== write(this.strokes)) {
      this.sent = undefined
      this.strokes = read(data.drawing)
      this.cleared = []
    }
    this.paint()
  }

  begin(event) {
    if (event.button !== 0 || this.drawing) return
    event.preventDefault()
    this.square.setPointerCapture(event.pointerId)
    this.pointer = event.pointerId
    this.drawing = [this.place(event)]
    this.paint()
  }

  go(event) {
    if (!this.drawing || event.pointerId !== this.pointer) return
    // All positions of the pointer since the last frame.
    const events = event.getCoalescedEvents?.() ?? []
    for (const one of events.length ? events : [event]) {
      const next = this.place(one)
      if (distance(this.drawing.at(-1), next) >= CLOSE) this.drawing.push(next)
    }
    this.paint()
  }

  end(event) {
    if (!this.drawing || event.pointerId !== this.pointer) return
    this.strokes = thinned([...this.strokes, this.drawing], this.most)
    this.cleared = []
    this.drawing = null
    this.tell()
  }

  undo() {
    if (this.strokes.length) this.strokes = this.strokes.slice(0, -1)
    else [this.strokes, this.cleared] = [this.cleared, []]
    this.tell()
  }

  clear() {
    this.cleared = this.strokes
    this.strokes = []
    this.tell()
  }

  tell() {
    this.sent = write(this.strokes)
    this.until = performance.now() + PATIENCE_MS
    this.setTriggerValue("drawn", { text: this.sent })
    this.paint()
  }

  // Position of the pointer in the square; outside of it, the nearest point on its edge.
  place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      this.square.getScreenCTM().inverse(),
    )
    return [within(at.x), within(-at.y)]
  }

  paint() {
    const shown = this.drawing ? [...this.strokes, this.drawing] : this.strokes
    const nodes = shown.map(stroke => line("polyline", "stroke", { points: corners(stroke) }))
    if (!shown.length) nodes.push(label("hint", 0, 0.03, "Draw here"))
    this.root.querySelector(".strokes").replaceChildren(...nodes)
    this.root.querySelector(".undo").disabled = !this.strokes.length && !this.cleared.length
    this.root.querySelector(".clear").disabled = !this.strokes.length
    const count = this.strokes.length
    const points = this.strokes.reduce((sum, stroke) => sum + stroke.length, 0)
    this.root.querySelector(".status").textContent = count
      ? `${count} ${count === 1 ? "stroke" : "strokes"}, ${points} ${points === 1 ? "point" : "points"}`
      : ""
  }
}

const within = value => Math.min(Math.max(Math.round(value * 1000) / 1000, -1), 1) || 0
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1])
const write = strokes =>
  strokes.map(stroke => stroke.map(([x, y]) => `${x},${y}`).join(" ")).join("; ")
const read = text =>
  text
    .split(";")
    .map(part => part.trim().split(/\s+/).filter(Boolean))
    .filter(points => points.length)
    .map(points => points.map(point => point.split(",").map(Number)))

// The first point is doubled; otherwise a dot would be invisible.
const corners = stroke => [stroke[0], ...stroke].map(([x, y]) => `${x},${-y}`).join(" ")

// Keeps as few points as the shape needs, and at most the allowed number.
function thinned(strokes, most) {
  for (let fine = FINE; ; fine *= 2) {
    const found = strokes.map(stroke => simplified(stroke, fine))
    const count = found.reduce((sum, stroke) => sum + stroke.length, 0)
    if (count <= most) return found
    if (fine > 1) return found.slice(0, Math.floor(most / 2))
  }
}

// Ramer-Douglas-Peucker algorithm: keeps the farthest point, unless it is close to the line.
function simplified(points, fine) {
  if (points.length < 3) return points
  const [first, last] = [points[0], points.at(-1)]
  let [farthest, most] = [0, 0]
  for (let i = 1; i < points.length - 1; i++) {
    const away = fromSegment(points[i], first, last)
    if (away > most) [farthest, most] = [i, away]
  }
  if (most <= fine) return [first, last]
  const before = simplified(points.slice(0, farthest + 1), fine)
  return [...before.slice(0, -1), ...simplified(points.slice(farthest), fine)]
}

function fromSegment(point, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const square = dx * dx + dy * dy
  const along = square ? ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square : 0
  const t = Math.min(Math.max(along, 0), 1)
  return distance(point, [a[0] + t * dx, a[1] + t * dy])
}

function drawAxes(group) {
  const nodes = [line("rect", "frame", { x: -1, y: -1, width: 2, height: 2 })]
  for (const at of [-0.5, 0, 0.5]) {
    nodes.push(line("line", "line", { x1: at, x2: at, y1: -1, y2: 1 }))
    nodes.push(line("line", "line", { x1: -1, x2: 1, y1: at, y2: at }))
  }
  for (const at of [-1, -0.5, 0, 0.5, 1]) {
    const text = String(at).replace("-", "\u2212")
    nodes.push(label("tick", at, 1.09, text, "middle"))
    nodes.push(label("tick", -1.03, -at + 0.025, text, "end"))
  }
  group.replaceChildren(...nodes)
}

function line(kind, name, attributes) {
  const node = document.createElementNS(SVG, kind)
  node.setAttribute("class", name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  return node
}

function label(name, x, y, text, anchor = "middle") {
  const node = line("text", name, { x, y, "text-anchor": anchor })
  node.textContent = text
  return node
}
