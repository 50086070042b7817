// A gallery of tiles: those with pictures first, all others by title.

const galleries = new WeakMap()

export default function (component) {
  const root = component.parentElement.querySelector(".gallery")
  if (!galleries.has(root)) galleries.set(root, new Gallery(root))
  galleries.get(root).update(component.data, component.setTriggerValue)
}

class Gallery {
  constructor(root) {
    this.root = root
    this.part = name => root.querySelector(`.${name}`)
    this.part("search").oninput = () => this.filter()
  }

  update(data, setTriggerValue) {
    this.setTriggerValue = setTriggerValue
    this.single = data.chosen !== null
    this.unpictured = data.unpictured
    this.root.classList.toggle("cards", data.layout === "cards")
    this.root.classList.toggle("searched", data.search !== "")
    this.root.setAttribute("aria-label", data.label)
    const search = this.part("search")
    search.hidden = !data.search
    search.placeholder = data.search
    search.setAttribute("aria-label", data.search)
    this.show(data.tiles)
    for (const button of this.buttons()) {
      if (data.chosen === null) continue
      button.setAttribute("aria-pressed", String(data.chosen.includes(button.dataset.name)))
    }
    this.filter()
  }

  // Only tiles that have changed are replaced, so that the focus stays and pictures do not flicker.
  show(tiles) {
    const known = new Map([...this.buttons()].map(button => [button.dataset.contents, button]))
    const nodes = tiles.map(tile => known.get(JSON.stringify(tile)) ?? this.tile(tile))
    const pictured = index => tiles[index].src !== null
    place(this.part("pictures"), nodes.filter((_, index) => pictured(index)))
    place(this.part("names"), nodes.filter((_, index) => !pictured(index)))
  }

  tile(tile) {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.name = tile.name
    button.dataset.title = tile.title
    button.dataset.contents = JSON.stringify(tile)
    if (tile.help) button.title = tile.help
    button.onclick = () => this.setTriggerValue("clicked", tile.name)
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

  filter() {
    const wanted = this.part("search").value.trim().toLowerCase()
    for (const button of this.buttons()) {
      button.hidden = !button.dataset.title.toLowerCase().includes(wanted)
    }
    const seen = name => this.root.querySelectorAll(`.${name} button:not([hidden])`).length
    const named = seen("names")
    this.part("between").textContent = this.unpictured.replace("{}", named)
    this.part("between").hidden = named === 0 || !this.unpictured
    this.part("nothing").hidden = named + seen("pictures") > 0
  }

  buttons() {
    return this.root.querySelectorAll("button")
  }
}

function place(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove()
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null)
  })
}
