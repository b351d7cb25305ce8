// Fields with a search of their own are named by what they hold, and by nothing while they are empty: give them their labels.

function nameSearches(place) {
  for (const select of place.querySelectorAll("select.select2-hidden-accessible")) {
    const label = select.labels[0]?.textContent.trim();
    const shown = select.nextElementSibling?.querySelector("[role='combobox']");
    if (label && shown) {
      shown.removeAttribute("aria-labelledby");
      shown.setAttribute("aria-label", `${label}: ${shown.textContent.trim() || "none"}`);
      shown.querySelector("[role='textbox']")?.setAttribute("aria-label", label);
    }
  }
}

addEventListener("load", () => {
  nameSearches(document);
  // Said by jQuery, which select2 and Django's own scripts are made with.
  window.django?.jQuery(document).on("change", "select", () => nameSearches(document));
});
document.addEventListener("formset:added", (event) => setTimeout(() => nameSearches(event.target)));
