// Shows drawings in a row, or in a column on a narrow page. Unchanged drawings keep their nodes,
// so that only changed ones are redrawn.

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
