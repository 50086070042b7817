// Sets the tab's title, and makes the menu lead from a run to its page. The button asks for
// permission to notify, which browsers grant on a click.

const wanted = new WeakSet()

export default function ({ data, parentElement }) {
  document.title = data.title
  if (!window.ganlibLeaves) document.addEventListener("click", leave, true)
  window.ganlibLeaves = true
  const bell = parentElement.querySelector(".bell")
  if (bell.dataset.run !== data.run) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  bell.dataset.run = data.run
  bell.hidden = Boolean(data.ended) || !("Notification" in window)
  bell.onclick = async () => {
    if (wanted.has(bell)) wanted.delete(bell)
    else if ((await Notification.requestPermission()) === "granted") wanted.add(bell)
    paint(bell)
  }
  if (data.ended && wanted.delete(bell)) new Notification(data.ended)
  paint(bell)
}

// Streamlit would only run the page again, with the same address. This goes to the address without
// the run, as the browser's Back does.
function leave(event) {
  const link = event.target.closest?.('[data-testid$="NavLink"][aria-current="page"]')
  if (!link || !location.search) return
  event.preventDefault()
  event.stopPropagation()
  history.pushState(null, "", link.href)
  window.dispatchEvent(new PopStateEvent("popstate"))
}

function paint(bell) {
  const on = wanted.has(bell)
  const denied = !on && window.Notification?.permission === "denied"
  bell.setAttribute("aria-pressed", String(on))
  bell.disabled = denied
  bell.title = denied
    ? "The browser blocks notifications"
    : on ? "A notification will show when the run ends" : "Notify me when the run ends"
}
