/* Elements of the document: made, filled, and changed only where something differs. */
"use strict";

const dom = (() => {
  const at = (id) => document.getElementById(id);

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties))
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /* Set the options of a select: code, name, and why it cannot be chosen. */
  function fill(select, options, value) {
    const key = JSON.stringify(options);
    if (select.dataset.key !== key) {
      const made = options.map(([code, name, off]) =>
        make("option", { value: code, textContent: name, disabled: !!off }),
      );
      select.replaceChildren(...made);
      select.dataset.key = key;
    }
    select.value = value;
  }

  /* A plain table: the first column names the row, numbers stand right. */
  function table(id, caption, heads, lines, numbers) {
    const side = (i) => (numbers.includes(i) ? "number" : "text");
    const head = (text, i) => (text ? make("th", { scope: "col", textContent: text, className: side(i) }) : make("td"));
    const cell = (text, i) =>
      i
        ? make("td", { textContent: text, className: side(i) })
        : make("th", { scope: "row", textContent: text, className: "text" });
    at(id).caption.textContent = caption;
    at(id).tHead.replaceChildren(make("tr", {}, ...heads.map(head)));
    at(id).tBodies[0].replaceChildren(...lines.map((cells) => make("tr", {}, ...cells.map(cell))));
  }

  /* The ranking: head cells that sort, and rows whose cells are kept. */
  function heads(head, columns, sort, sortBy) {
    const key = JSON.stringify(columns.map((one) => one.head));
    if (head.dataset.key !== key) {
      head.dataset.key = key;
      head.replaceChildren(make("tr", {}, ...columns.map((one) => headCell(one, sortBy))));
    }
    columns.forEach((one, i) => {
      const order = sort.key !== one.key ? "none" : sort.down ? "descending" : "ascending";
      if (one.key) head.rows[0].cells[i].setAttribute("aria-sort", order);
    });
  }

  function headCell(one, sortBy) {
    const cell = make("th", { scope: "col", className: one.kind || "" });
    if (!one.key) cell.textContent = one.head;
    else cell.append(make("button", { type: "button", textContent: one.head, onclick: () => sortBy(one) }));
    return cell;
  }

  function rows(body, number) {
    while (body.rows.length > number) body.deleteRow(-1);
    while (body.rows.length < number) body.append(make("tr"));
    return [...body.rows];
  }

  /* One row; the column at `name` names it, the one at `shift` is a number of places. */
  function row(element, texts, { name, shift, chosen, choose }) {
    if (element.cells.length !== texts.length) {
      const cell = (_, i) => (i === name ? make("th", { scope: "row", className: "name" }) : make("td"));
      element.replaceChildren(...texts.map(cell));
    }
    element.classList.toggle("one", chosen);
    element.onclick = choose;
    texts.forEach((text, i) => {
      if (i === shift) places(element.cells[i], text);
      else if (element.cells[i].textContent !== text) element.cells[i].textContent = text;
    });
  }

  function places(cell, shift) {
    if (cell.dataset.shift === String(shift)) return;
    cell.dataset.shift = shift;
    const hidden = (text) => make("span", { className: "hidden", textContent: text });
    if (!shift) cell.replaceChildren(hidden(shift === 0 ? "unchanged" : "not ranked"));
    else {
      const way = shift > 0 ? "up" : "down";
      const arrow = `${shift > 0 ? "▲" : "▼"} ${Math.abs(shift)}`;
      const mark = make("span", { className: way, textContent: arrow, ariaHidden: "true" });
      cell.replaceChildren(mark, hidden(`${way} ${Math.abs(shift)}`));
    }
  }

  return { at, make, fill, table, heads, rows, row };
})();
