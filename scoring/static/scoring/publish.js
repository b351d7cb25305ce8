// How many open now, and how many a day, is asked only of whoever lets them open day by day.

for (const form of document.querySelectorAll("form[data-pace]")) {
  const amounts = form.querySelector("[data-paced]");
  const show = () => {
    amounts.hidden = form.elements.opening.value !== "paced";
  };
  form.addEventListener("change", show);
  show();
}
