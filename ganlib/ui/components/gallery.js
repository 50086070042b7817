// A gallery of tiles: those with pictures first, all others by title.

export default function (component) {
  const root = component.parentElement.querySelector(".gallery")
  root.gallery ??= new Gallery(root)
  root.gallery.update(component.data, component.setTriggerValue)
}

class Gallery {
  constructor(root) {
    this.root = root
    this.part = name => root.querySelector(`.${name}`)
  }

  update(data, setTriggerValue) {
    this.setTriggerValue = setTriggerValue
    this.root.className = `gallery ${data.layout} ${data.scroll ? "scroll" : ""}`
    this.root.setAttribute("aria-label", data.label)
    this.show(data.tiles)
    for (const button of this.buttons()) {
      if (data.chosen === null) continue
      button.setAttribute("aria-pressed", String(data.chosen.includes(button.dataset.name)))
    }
    const between = this.part("between")
    between.textContent = data.unpictured
    between.hidden = !data.unpictured
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
