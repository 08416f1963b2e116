// Sending a form's fields: { status, json }. Status 0: the desk was not reached; 403: nobody is signed in any more.
const PATIENCE = 20000;

export async function posted(address, form, more = {}) {
  const data = new FormData(form);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return sent(address, data);
}

export async function sent(address, data) {
  try {
    const answer = await fetch(address, { method: "POST", body: data, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type === "opaqueredirect") return { status: 403, json: null };
    const isJson = answer.headers.get("content-type")?.includes("json");
    return { status: answer.status, json: isJson ? await answer.json() : null };
  } catch {
    return { status: 0, json: null };
  }
}

// A form that outlived its session takes the token of the new one, once somebody has logged in elsewhere.
export async function fresh(form) {
  try {
    const answer = await fetch(window.location.pathname, { redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#draft input[name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  } catch {
    // The desk cannot be reached; the save that follows says so.
  }
}
