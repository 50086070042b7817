// Draws Plotly figures and keeps their nodes, zoom, hover and hidden curves across updates.
// A zoom along x applies to all charts with the same link.

// link -> its charts. Each chart may have its own copy of this module, but they share the window.
const links = (window.ganlibLinks ??= new Map())

export default function (component) {
  const host = component.parentElement.querySelector(".live-chart")
  // The first line has the place of the chart and the address of Plotly, the second the figure.
  const lines = new TextDecoder().decode(component.data).split("\n")
  const [place, figure] = lines.map(line => JSON.parse(line))
  // Also without a chart: for one that comes later.
  plotly(place.plotly).catch(() => {})
  if (!figure) return
  host.chart ??= new LiveChart(host)
  host.chart.show({ ...place, figure })
  return () => host.chart.destroyIfRemoved()
}

class LiveChart {
  constructor(host) {
    this.host = host
    this.plot = document.createElement("div")
    this.plot.className = "live-chart-plot"
    this.plot.setAttribute("role", "figure")
    this.cursor = document.createElement("div")
    this.cursor.className = "live-chart-cursor"
    host.replaceChildren(this.plot, this.cursor)
    this.dragging = false // no redraw during a drag, which would lose the selection
    this.stale = false // there are newer data than those drawn
    this.labels = Infinity // as many as there is room for below the horizontal axis
    this.fitted = null // the data and the width for which they were counted
    this.view = null // visible range of x, if a linked chart was zoomed
    this.pointer = null // position of the mouse over the plot, to restore the hover after a redraw
    this.listeners = new AbortController()
    const { signal } = this.listeners
    const release = () => {
      if (!this.dragging) return
      this.dragging = false
      // Plotly's own handlers for the end of a drag run after this one.
      setTimeout(() => this.draw(), 50)
    }
    const options = { signal, capture: true }
    this.plot.addEventListener("pointerdown", () => (this.dragging = true), options)
    window.addEventListener("pointerup", release, options)
    window.addEventListener("pointercancel", release, options)
    this.plot.addEventListener("mousemove", event => (this.pointer = event), { signal })
    this.plot.addEventListener("mouseleave", () => (this.pointer = null), { signal })
    document.addEventListener("visibilitychange", () => this.draw(), { signal })
    const moved = event => event.detail === this.data?.cursor_link && this.placeCursor()
    window.addEventListener("ganlib-cursor", moved, { signal })
    this.resizes = new ResizeObserver(() => this.resize())
    this.resizes.observe(this.host)
  }

  async show(data) {
    this.data = data
    // A copy, because Plotly writes a zoom into the array.
    this.whole = data.figure.layout.xaxis.range?.slice()
    this.join(data.link)
    this.stale = true
    this.plot.dataset.key = data.key
    this.plot.setAttribute("aria-label", data.alt)
    this.host.style.height = `${data.height}px`
    try {
      this.plotly = await plotly(data.plotly)
    } catch {
      return this.fail()
    }
    this.host.querySelector(".live-chart-failure")?.remove()
    this.draw()
  }

  draw() {
    const width = this.host.clientWidth
    // A chart in a collapsed expander has no width; the resize observer calls again.
    const wait = this.dragging || document.hidden || !width || !this.host.isConnected
    if (wait || !this.stale || !this.plotly) return
    this.stale = false
    const { data, layout } = this.data.figure
    const { height, revision } = this.data
    const dressed = { ...themed(layout, readTheme(this.host), revision), width, height }
    const nticks = Math.min(layout.xaxis.nticks, this.labels)
    dressed.xaxis = { ...dressed.xaxis, nticks }
    if (this.view) {
      // Another revision, too, or a zoom on the chart itself would take precedence.
      const uirevision = `${dressed.xaxis.uirevision} ${this.view}`
      dressed.xaxis = { ...dressed.xaxis, range: [...this.view], uirevision }
    }
    // Always the same object: with another config, Plotly would rebuild the plot.
    this.config ??= config(this)
    this.plotly.react(this.plot, data, dressed, this.config).then(() => {
      this.fitLabels(nticks)
      this.hoverAgain()
      this.placeCursor()
      // Every time, because a plot that Plotly has rebuilt has no listeners.
      this.plot.removeAllListeners("plotly_relayout")
      this.plot.on("plotly_relayout", event => this.tell(event))
    })
  }

  // On a narrow axis, Plotly would draw labels over each other.
  fitLabels(drawn) {
    if (!this.plot._fullLayout) return
    const { width, xaxis: { range, _length: length } } = this.plot._fullLayout
    // Once only, or a range that depends on the labels would have the chart drawn without end.
    if (this.fitted?.data === this.data && this.fitted.width === width) return
    this.fitted = { data: this.data, width }
    const digits = Math.max(...range.map(end => String(Math.round(end)).length))
    this.labels = Math.max(Math.floor(length / (9 * digits + 14)) || 2, 2)
    if (Math.min(this.data.figure.layout.xaxis.nticks, this.labels) !== drawn) this.drawSoon()
  }

  // A line above the plot, which moves without a redraw of the plot.
  placeCursor() {
    if (!this.plot._fullLayout) return
    const { xaxis, yaxis, _size: size } = this.plot._fullLayout
    const cursor = window.ganlibCursors?.get(this.data.cursor_link) ?? null
    const at = cursor === null ? NaN : xaxis.d2p(cursor)
    const inside = at >= 0 && at <= xaxis._length
    Object.assign(this.cursor.style, {
      display: inside ? "block" : "none",
      left: `${size.l + at}px`,
      top: `${size.t}px`,
      height: `${yaxis._length}px`,
    })
  }

  join(link) {
    if (link === this.link) return
    links.get(this.link)?.delete(this)
    this.link = link
    if (!link) return
    const others = links.get(link) ?? new Set()
    links.set(link, others.add(this))
    this.view = [...others][0].view
  }

  // Applies the visible range of this chart to all linked charts.
  tell(event) {
    const range = event["xaxis.range"] ?? [event["xaxis.range[0]"], event["xaxis.range[1]"]]
    const back = event["xaxis.autorange"] || same(range, this.whole)
    this.placeCursor()
    if (!this.link || (!back && range[0] === undefined)) return
    for (const chart of links.get(this.link)) {
      chart.view = back ? null : range
      chart.stale = true
      chart.draw()
    }
  }

  resize() {
    if (this.host.clientWidth !== this.plot._fullLayout?.width) this.drawSoon()
  }

  drawSoon() {
    this.stale = true
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => this.draw())
  }

  hoverAgain() {
    if (!this.pointer || this.dragging) return
    // A finger does not move, so the browser sends no hover event to the new node of a mark.
    const { clientX, clientY } = this.pointer
    const under = document.elementFromPoint(clientX, clientY)
    if (under?.closest(".annotation")) {
      under.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }))
    } else this.plotly.Fx.hover(this.plot, this.pointer, "xy")
  }

  // The download is drawn separately, because the background on the page is transparent.
  download() {
    const { data, layout } = this.plot
    const paper = { paper_bgcolor: readTheme(this.host).background }
    this.plotly.downloadImage(
      { data, layout: { ...layout, ...paper } },
      { format: "png", scale: 2, filename: this.data.key },
    )
  }

  // The next update tries again.
  fail() {
    if (this.host.querySelector(".live-chart-failure")) return
    const sentence = document.createElement("p")
    sentence.className = "live-chart-failure"
    sentence.textContent = "The chart library could not be loaded. Reload the page to try again."
    this.host.append(sentence)
  }

  // Streamlit also calls the cleanup function of an outdated run.
  destroyIfRemoved() {
    setTimeout(() => {
      if (this.host.isConnected) return
      this.listeners.abort()
      this.resizes.disconnect()
      cancelAnimationFrame(this.frame)
      this.join(undefined)
      this.plotly?.purge(this.plot)
    }, 0)
  }
}

// One <script> for all charts of a browser tab.
function plotly(url) {
  window.ganlibPlotly ??= load(url).catch(error => {
    delete window.ganlibPlotly
    throw error
  })
  return window.ganlibPlotly
}

// Streamlit's server does not say for how long a file may be kept, so browsers would fetch it for
// every page. The address has the version, so a kept file is never outdated.
async function load(url) {
  const answer = await fetch(url, { cache: "force-cache" })
  if (!answer.ok) throw new Error(`could not load ${url}`)
  const script = document.createElement("script")
  script.textContent = await answer.text()
  document.head.append(script) // runs it
  script.remove()
  return window.Plotly
}

function same(first, second) {
  const width = Math.abs(second?.[1] - second?.[0])
  return second?.every((end, i) => Math.abs(end - first[i]) < 1e-6 * width) ?? false
}

function touch() {
  return matchMedia("(pointer: coarse)").matches
}

function readTheme(host) {
  const style = getComputedStyle(host)
  const value = name => style.getPropertyValue(`--st-${name}`).trim()
  return {
    background: value("background-color"),
    text: value("text-color"),
    border: value("border-color"),
    grid: value("border-color-light") || value("border-color"),
    font: value("font"),
  }
}

function themed(layout, theme, revision) {
  const quiet = { color: theme.text, size: 12 }
  const colours = {
    ...layout,
    uirevision: revision,
    font: { family: theme.font, color: theme.text, size: 13, ...layout.font },
    // Not transparent, because it is also the halo of the line under the mouse.
    plot_bgcolor: theme.background,
    hoverlabel: {
      bgcolor: theme.background,
      bordercolor: theme.border,
      font: { family: theme.font, color: theme.text, size: 13 },
    },
    modebar: { bgcolor: "rgba(0, 0, 0, 0)", color: theme.text, activecolor: theme.text },
  }
  // On touch screens a drag must scroll the page instead of zooming.
  if (touch()) colours.dragmode = false
  for (const name of Object.keys(layout).filter(name => /^[xy]axis/.test(name))) {
    const axis = layout[name]
    const title = { ...axis.title, font: quiet }
    // The kind of the axis, too: a zoom on steps is not applied to seconds.
    const uirevision = `${revision} ${axis.uirevision ?? ""}`
    const own = { ...axis, title, uirevision }
    colours[name] = { color: theme.text, gridcolor: theme.grid, tickfont: quiet, ...own }
  }
  return colours
}

function config(chart) {
  const download = {
    name: "download",
    title: "Download as PNG",
    icon: chart.plotly.Icons.camera,
    click: () => chart.download(),
  }
  return {
    displaylogo: false,
    displayModeBar: touch() ? false : "hover",
    modeBarButtons: [["resetScale2d", download]],
    doubleClick: "reset",
    responsive: false,
    showTips: false,
  }
}
