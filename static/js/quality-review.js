// <form data-quality-review>: shows the score while it is chosen, and takes keys: a digit scores the criterion in hand,
// n says that it does not apply, j and k go to the next and the previous one. The server works the score out again.
// Inside: [data-criterion] with data-weight, data-top and data-critical; [data-score], [data-decided], [data-critical-fail].
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const percent = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });

function chosen(criterion) {
  return criterion.querySelector("input[type=radio]:checked")?.value ?? "";
}

function score(criteria) {
  const applied = criteria.filter((each) => chosen(each) !== "" && chosen(each) !== "na");
  const weights = applied.reduce((sum, each) => sum + Number(each.dataset.weight), 0);
  const earned = applied.reduce(
    (sum, each) => sum + (Number(each.dataset.weight) * Number(chosen(each))) / Number(each.dataset.top), 0);
  const failed = applied.some((each) => "critical" in each.dataset && chosen(each) === "0");
  return { share: weights ? (failed ? 0 : earned / weights) : null, failed };
}

function attend(form) {
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  const show = () => {
    const { share, failed } = score(criteria);
    form.querySelector("[data-score]").textContent = share === null ? "–" : `${percent.format(share * 100)}\u202f%`;
    form.querySelector("[data-decided]").textContent = criteria.filter((each) => chosen(each) !== "").length;
    form.querySelector("[data-critical-fail]").hidden = !failed;
  };
  const inHand = () => criteria.findIndex((each) => each.contains(document.activeElement));
  const goTo = (at) => {
    const criterion = criteria[Math.max(0, Math.min(at, criteria.length - 1))];
    const radio = criterion.querySelector("input:checked") ?? criterion.querySelector("input[type=radio]");
    radio.focus();
    criterion.scrollIntoView({ block: "nearest" });
  };
  const choose = (value) => {
    const criterion = criteria[Math.max(0, inHand())];
    const radio = criterion.querySelector(`input[type=radio][value="${value}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    show();
  };
  form.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });
  form.addEventListener("change", show);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "j") goTo(inHand() + 1);
    else if (event.key === "k") goTo(inHand() - 1);
    else if (event.key === "n") choose("na");
    else if (/^\d$/.test(event.key)) choose(event.key);
    else return;
    event.preventDefault();
  });
  show();
}

document.querySelectorAll("[data-quality-review]").forEach(attend);
