// Shows an image at a whole multiple of its size; replaces it only after the next is decoded.

const WIDEST = 640
const grids = new WeakMap()

export default function (component) {
  const figure = component.parentElement.querySelector(".grid")
  if (!grids.has(figure)) grids.set(figure, watch(figure))
  const grid = grids.get(figure)
  grid.data = component.data
  show(figure, grid)
  return () => {
    setTimeout(() => figure.isConnected || grid.resizes.disconnect(), 0)
  }
}

function watch(figure) {
  const grid = { data: null, resizes: new ResizeObserver(() => grid.data && fit(figure, grid)) }
  grid.resizes.observe(figure)
  return grid
}

async function show(figure, grid) {
  const data = grid.data
  const next = new Image()
  next.src = data.src
  await next.decode()
  if (grid.data !== data) return // a newer image has arrived in the meantime
  const img = figure.querySelector("img")
  img.src = data.src
  img.alt = data.alt
  img.width = data.width
  img.height = data.height
  figure.querySelector("figcaption").textContent = data.caption
  fit(figure, grid)
}

// Image pixels of 4 next to 5 screen pixels would look broken, so the scale is a whole number of
// screen pixels.
function fit(figure, grid) {
  const scale = window.devicePixelRatio || 1
  const room = Math.min(figure.clientWidth, WIDEST) * scale
  const times = Math.floor(room / grid.data.width)
  const width = times > 0 ? (times * grid.data.width) / scale : room / scale
  figure.querySelector("img").style.width = `${width}px`
}
