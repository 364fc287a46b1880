// Dragging on the dispatch board: an order dropped on a lane is sent there by
// the form it has anyway. The keyboard uses the form itself.

const lanes = () => document.querySelectorAll("[data-account]");
let dragged = "";

document.addEventListener("dragstart", (e) => {
  const item = e.target.closest?.("[data-drag]");
  if (!item) return;
  dragged = item.dataset.drag;
  e.dataTransfer.effectAllowed = "move";
  e.dataTransfer.setData("text/plain", dragged);
  const able = new Set([...item.querySelectorAll("select[name=account] option")].map((o) => o.value));
  for (const lane of lanes()) lane.classList.toggle("is-able", able.has(lane.dataset.account));
});
document.addEventListener("dragend", () => {
  dragged = "";
  for (const lane of lanes()) lane.classList.remove("is-able", "is-over");
});
document.addEventListener("dragover", (e) => {
  const lane = e.target.closest?.("[data-account].is-able");
  for (const other of lanes()) other.classList.toggle("is-over", other === lane);
  if (lane && dragged) e.preventDefault();
});
document.addEventListener("drop", (e) => {
  const lane = e.target.closest?.("[data-account].is-able");
  const form = document.querySelector(`[data-drag="${CSS.escape(dragged)}"] form`);
  if (!lane || !form) return;
  e.preventDefault();
  form.elements.account.value = lane.dataset.account;
  form.requestSubmit();
});
