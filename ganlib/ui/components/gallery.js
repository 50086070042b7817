// A gallery of tiles: those with pictures first, all others by title.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gallery")
  const part = name => root.querySelector(`.${name}`)
  root.className = `gallery ${data.layout} ${data.scroll ? "scroll" : ""}`
  root.setAttribute("aria-label", data.label)
  // Only tiles that have changed are replaced, so that the focus stays and pictures do not flicker.
  const shown = [...root.querySelectorAll("button")]
  const known = new Map(shown.map(button => [button.dataset.contents, button]))
  const nodes = data.tiles.map(tile => known.get(JSON.stringify(tile)) ?? made(tile))
  const pictured = (_, index) => data.tiles[index].src !== null
  place(part("pictures"), nodes.filter(pictured))
  place(part("names"), nodes.filter((node, index) => !pictured(node, index)))
  for (const button of nodes) {
    button.onclick = () => setTriggerValue("clicked", button.dataset.name)
    if (data.chosen === null) continue
    button.setAttribute("aria-pressed", String(data.chosen.includes(button.dataset.name)))
  }
  const between = part("between")
  between.textContent = data.unpictured
  between.hidden = !data.unpictured
}

function made(tile) {
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.name = tile.name
  button.dataset.contents = JSON.stringify(tile)
  if (tile.help) button.title = tile.help
  if (tile.src !== null) {
    const img = document.createElement("img")
    img.src = tile.src
    img.alt = ""
    button.append(img)
  }
  const text = document.createElement("span")
  text.className = "text"
  for (const part of ["title", "caption", "note"]) {
    if (!tile[part]) continue
    const span = document.createElement("span")
    span.className = part
    span.textContent = tile[part]
    text.append(span)
  }
  button.append(text)
  return button
}

function place(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove()
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null)
  })
}
