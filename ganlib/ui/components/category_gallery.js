// A gallery of categories: those on this disk as pictures, all others by name.

const galleries = new WeakMap()
const thousands = new Intl.NumberFormat("en-US")

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
    const contents = JSON.stringify(data.categories)
    // A selection only changes the pressed state of tiles, so their nodes are kept.
    if (contents !== this.contents) {
      this.contents = contents
      this.build(data.categories)
    }
    const chosen = new Set(data.chosen)
    for (const button of this.buttons()) {
      button.setAttribute("aria-pressed", String(chosen.has(button.dataset.name)))
    }
    this.filter()
  }

  build(categories) {
    const tiles = categories.map(category => this.tile(category))
    const pictured = index => categories[index].src !== null
    this.part("pictures").replaceChildren(...tiles.filter((_, index) => pictured(index)))
    this.part("names").replaceChildren(...tiles.filter((_, index) => !pictured(index)))
  }

  tile({ name, src, count, total }) {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.name = name
    button.title = `${thousands.format(total)} drawings published`
    button.onclick = () => {
      const pressed = button.getAttribute("aria-pressed") === "true"
      button.setAttribute("aria-pressed", String(!pressed))
      this.setTriggerValue("toggled", name)
    }
    if (src === null) {
      button.textContent = name
      return button
    }
    const img = document.createElement("img")
    img.src = src
    img.alt = ""
    const label = document.createElement("span")
    label.className = "name"
    label.textContent = name
    const amount = document.createElement("span")
    amount.className = "count"
    amount.textContent = `${thousands.format(count)} here`
    button.append(img, label, amount)
    return button
  }

  filter() {
    const wanted = this.part("search").value.trim().toLowerCase()
    for (const button of this.buttons()) {
      button.hidden = !button.dataset.name.toLowerCase().includes(wanted)
    }
    const seen = name => this.root.querySelectorAll(`.${name} button:not([hidden])`).length
    const named = seen("names")
    this.part("between").textContent = `${named} more, downloaded when a run needs them:`
    this.part("between").hidden = named === 0
    this.part("nothing").hidden = named + seen("pictures") > 0
  }

  buttons() {
    return this.root.querySelectorAll("button")
  }
}
