// Rows of an answer in a table that scrolls: only those in sight stand in the page, so that ten thousand are as
// light as fifty.

// As high as sql.css makes a row.
const HEIGHT = 26;
// Rows beyond the edges.
const SPARE = 20;
const NUMBERS = /^(integer|bigint|double|decimal)/;

const make = (name, text) => {
  const one = document.createElement(name);
  if (text !== undefined) one.textContent = text;
  return one;
};

/** A value as people read it: nothing known is no empty text, and an instant is its local time. */
export function told(value, type) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "object") return JSON.stringify(value);
  if (type === "timestamp with time zone") return String(value).replace("T", " ").replace(/(Z|[+-]\d\d:\d\d)$/, "");
  return String(value);
}

export const isNumber = (type) => NUMBERS.test(type);

function row(columns, values) {
  const line = make("tr");
  for (const { name, type } of columns) {
    const cell = make("td", told(values[name], type));
    if (isNumber(type)) cell.className = "r";
    if (values[name] === null) cell.classList.add("faint");
    if (cell.textContent.length > 60) cell.title = cell.textContent;
    line.append(cell);
  }
  return line;
}

function space(columns, rows) {
  const line = make("tr");
  const cell = make("td");
  cell.colSpan = columns.length;
  cell.style.height = `${rows * HEIGHT}px`;
  line.className = "space";
  line.ariaHidden = "true";
  line.append(cell);
  return line;
}

/** The table of an answer. */
export function table(columns, rows, caption) {
  const frame = make("div");
  frame.className = "window";
  frame.tabIndex = 0;
  const all = make("table");
  all.className = "answer-rows";
  all.ariaRowCount = String(rows.length + 1);
  const title = make("caption", caption);
  title.className = "hidden";
  const head = make("tr");
  for (const { name, type } of columns) {
    const cell = make("th", name);
    cell.scope = "col";
    cell.title = type;
    if (isNumber(type)) cell.className = "r";
    head.append(cell);
  }
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  all.append(title, top, body);
  frame.append(all);
  let from = -1;
  const draw = () => {
    const seen = Math.ceil((frame.clientHeight || 600) / HEIGHT) + 2 * SPARE;
    const first = Math.max(0, Math.min(Math.floor(frame.scrollTop / HEIGHT) - SPARE, rows.length - seen));
    if (first === from) return;
    from = first;
    const last = Math.min(rows.length, first + seen);
    body.replaceChildren(space(columns, first), ...rows.slice(first, last).map((values) => row(columns, values)), space(columns, rows.length - last));
  };
  let waits = false;
  frame.addEventListener("scroll", () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => ((waits = false), draw()));
  }, { passive: true });
  draw();
  requestAnimationFrame(() => ((from = -1), draw()));
  return frame;
}
