// What the box and the page of results share: copying a result's link, and telling the desk that one was opened.
export async function copyLink(link, status, copied) {
  if (!link) return;
  await navigator.clipboard.writeText(link.href);
  status.textContent = copied;
  link.dataset.justCopied = copied;
  setTimeout(() => { delete link.dataset.justCopied; }, 1500);
}

// Inside [data-asked], a link in [data-opened-key] is a result. The note outlives the page and nobody waits for it.
export function tellOpened(link) {
  const asked = link.closest("[data-asked]");
  const result = link.closest("[data-opened-key]");
  if (!asked || !result) return;
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  fetch(asked.dataset.openedUrl, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": token ?? "" },
    body: new URLSearchParams({
      asked: asked.dataset.asked,
      q: asked.dataset.q,
      kind: asked.dataset.kind ?? "",
      documents: asked.dataset.documents,
      opened_kind: result.dataset.openedKind,
      opened_key: result.dataset.openedKey,
    }),
  }).catch(() => {});
}
