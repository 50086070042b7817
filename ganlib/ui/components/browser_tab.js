// Sets the tab's title. The button asks for permission to notify, which browsers grant on a click.

const wanted = new WeakSet()

export default function ({ data, parentElement }) {
  document.title = data.title
  const bell = parentElement.querySelector(".bell")
  bell.hidden = Boolean(data.ended) || !("Notification" in window)
  bell.onclick = async () => {
    if (wanted.has(bell)) wanted.delete(bell)
    else if ((await Notification.requestPermission()) === "granted") wanted.add(bell)
    paint(bell)
  }
  if (data.ended && wanted.delete(bell)) new Notification(data.ended)
  paint(bell)
}

function paint(bell) {
  const on = wanted.has(bell)
  const denied = !on && window.Notification?.permission === "denied"
  bell.setAttribute("aria-pressed", String(on))
  bell.disabled = denied
  bell.textContent = denied ? "Notifications are blocked" : on ? "Will notify you" : "Notify me"
  bell.title = "Shows a notification when the run ends"
}
