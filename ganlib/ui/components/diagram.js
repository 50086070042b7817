// Shows drawings side by side, or below each other where there is no room. Those that stay the
// same keep their node, so that only what has changed is seen to change.

export default function (component) {
  const root = component.parentElement.querySelector(".diagram")
  const drawings = component.data.drawings
  while (root.children.length > drawings.length) root.lastElementChild.remove()
  drawings.forEach(({ svg, dimmed }, index) => {
    const place = root.children[index] ?? root.appendChild(document.createElement("div"))
    place.className = dimmed ? "drawing dimmed" : "drawing"
    if (place.drawn === svg) return
    place.drawn = svg
    place.innerHTML = svg
  })
}
