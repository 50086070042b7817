// Shows an image at a whole multiple of its size; replaces it only after the next is decoded.

const WIDEST = 640

export default function (component) {
  const figure = component.parentElement.querySelector(".grid")
  if (!figure.resizes) {
    figure.resizes = new ResizeObserver(() => fit(figure))
    figure.resizes.observe(figure)
  }
  figure.data = component.data
  show(figure, component.data)
  return () => {
    setTimeout(() => figure.isConnected || figure.resizes.disconnect(), 0)
  }
}

async function show(figure, data) {
  const next = new Image()
  next.src = data.src
  await next.decode()
  if (figure.data !== data) return // a newer image has arrived in the meantime
  const img = figure.querySelector("img")
  img.src = data.src
  img.alt = data.alt
  img.width = next.naturalWidth
  img.height = next.naturalHeight
  figure.querySelector("figcaption").textContent = data.caption
  fit(figure)
}

// Image pixels of 4 next to 5 screen pixels would look broken, so the scale is a whole number of
// screen pixels.
function fit(figure) {
  const img = figure.querySelector("img")
  const size = Number(img.getAttribute("width"))
  if (!size) return
  const scale = window.devicePixelRatio || 1
  const room = Math.min(figure.clientWidth, WIDEST) * scale
  const times = Math.floor(room / size)
  img.style.width = `${times > 0 ? (times * size) / scale : room / scale}px`
}
