// The page for SQL with script: an editor in the place of the text field, rows that scroll, cancelling, a picture of
// the rows that are there. Without it the form does the same by itself (templates/sql.html).
import { edit } from "./editor.min.js";
import { isNumber, table } from "./sql_rows.js";

const form = document.getElementById("ask");
const words = form.dataset;
const field = document.getElementById("statement");
const params = document.getElementById("params");
const [run, stop, state, trouble, rows, picture] = ["run", "stop", "state", "trouble", "rows", "picture"].map((id) => document.getElementById(id));
// As many places and rows of figures as a picture takes.
const MOST_PLACES = 200;
const MOST_SERIES = 6;

const host = document.getElementById("editor");
host.hidden = false;
const editor = edit(host, {
  text: field.value,
  label: host.dataset.label,
  language: document.documentElement.lang,
  changed: (text) => (field.value = text),
  run: () => form.requestSubmit(run),
});
field.hidden = true;
field.required = false;

fetch(words.catalog).then((answer) => answer.ok && answer.json().then(editor.know)).catch(() => {});

let asking = null;
let clock = 0;
let answer = null;

/** The values of parameters: a line each, and for $from, $to and $region those of the filters. */
function values(sql) {
  const found = {};
  for (const line of params.value.split("\n").map((line) => line.trim()).filter(Boolean)) {
    const at = line.indexOf("=");
    if (at < 1) throw new Error(line);
    const value = line.slice(at + 1).trim();
    const number = Number(value);
    found[line.slice(0, at).trim().replace(/^\$/, "")] = String(number) === value && Number.isSafeInteger(number) ? number : value;
  }
  for (const name of ["from", "to", "region"]) {
    const given = words[`given${name[0].toUpperCase()}${name.slice(1)}`];
    if (!(name in found) && new RegExp(`\\$${name}(?![\\p{L}\\p{N}_])`, "u").test(sql)) found[name] = given;
  }
  return found;
}

function busy(is) {
  run.disabled = is;
  stop.hidden = !is;
  state.hidden = !is;
  clearInterval(clock);
  if (!is) return;
  const begun = performance.now();
  const tell = () => (state.textContent = `${words.running} · ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  tell();
  clock = setInterval(tell, 100);
}

function say(text, place) {
  const box = document.createElement("div");
  box.className = "answer";
  box.setAttribute("role", "alert");
  const line = document.createElement("p");
  if (place) {
    const at = document.createElement("b");
    at.textContent = `${words.place.replace("%line", place.line).replace("%column", place.column)} `;
    line.append(at);
  }
  line.append(text);
  box.append(line);
  trouble.replaceChildren(box);
}

function fail(problem) {
  const place = problem.line ? problem : null;
  say(problem.trace ? `${problem.detail} (${problem.trace})` : problem.detail, place);
  if (place) editor.mark(place.line, place.column);
}

async function ask() {
  const sql = editor.text();
  const question = { sql, rows: Number(words.rows), remember: true };
  if (words.asOf) question.as_of = words.asOf;
  try {
    question.params = values(sql);
  } catch {
    // The server says which line it is, and in what form it should be.
    return form.submit();
  }
  asking = new AbortController();
  trouble.replaceChildren();
  editor.unmark();
  busy(true);
  try {
    const headers = { "content-type": "application/json", accept: "application/json", "x-csrf-token": form.elements.csrf.value };
    const got = await fetch("/api/v1/sql", { method: "POST", headers, body: JSON.stringify(question), signal: asking.signal });
    const told = await got.json();
    if (!got.ok) return fail(told);
    show(told);
    if (told.problem) fail(told.problem);
  } catch (error) {
    say(error.name === "AbortError" ? words.stopped : words.unreachable);
  } finally {
    asking = null;
    busy(false);
  }
}

function show(told) {
  answer = told;
  const head = document.createElement("p");
  head.className = "status";
  head.id = "count";
  head.textContent = (told.truncated ? words.more : words.all).replace("%n", told.row_count).replace("%ms", told.elapsed_ms);
  const nothing = document.createElement("p");
  nothing.className = "empty";
  nothing.textContent = words.nothing;
  rows.replaceChildren(head, told.rows.length ? table(told.columns, told.rows, head.textContent) : nothing);
  const names = told.columns.map(({ name }) => Object.assign(document.createElement("option"), { value: name }));
  document.getElementById("answer-columns").replaceChildren(...names);
  draw();
}

/** What is to be drawn of the rows, by the names in the form; none if there is no column of numbers. */
function figures() {
  const named = (name) => answer.columns.find((column) => column.name === name);
  const x = named(form.elements.x.value.trim()) ?? answer.columns.find(({ type }) => !isNumber(type)) ?? answer.columns[0];
  const chosen = form.elements.y.value.split(",").map((name) => named(name.trim())).filter((column) => column && isNumber(column.type));
  const drawn = (chosen.length ? chosen : answer.columns.filter((column) => column !== x && isNumber(column.type))).slice(0, MOST_SERIES);
  const some = answer.rows.slice(0, MOST_PLACES);
  const number = (value) => (value === null || value === undefined ? null : Number(value));
  return drawn.length === 0 ? null : {
    x: x.name,
    places: some.map((row) => (row[x.name] === null || row[x.name] === undefined ? "" : String(row[x.name]))),
    series: drawn.map(({ name }) => [name, some.map((row) => number(row[name]))]),
  };
}

async function draw() {
  picture.replaceChildren();
  const kind = form.elements.chart.value;
  const drawn = answer && kind ? figures() : null;
  if (!drawn) return;
  const headers = { "content-type": "application/json", "x-csrf-token": form.elements.csrf.value };
  const got = await fetch(words.draw, { method: "POST", headers, body: JSON.stringify({ kind, figures: drawn }) }).catch(() => null);
  // Drawn by the server, which escapes what stands in it.
  if (got?.ok) picture.innerHTML = await got.text();
}

form.addEventListener("submit", (event) => {
  if (event.submitter !== run) return;
  event.preventDefault();
  if (!asking) ask();
});
stop.addEventListener("click", () => asking?.abort());
for (const name of ["chart", "x", "y"]) form.elements[name].addEventListener("change", draw);
