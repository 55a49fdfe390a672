// The page works without this. It adds a search and sorting.
(() => {
  "use strict";
  const root = document.documentElement;
  const main = document.querySelector("main");
  const users = [...main.querySelectorAll(".user")];
  const heads = [...main.querySelectorAll(".after th")];
  const find = document.querySelector(".find input");
  if (heads.length === 0) return;
  root.classList.add("js");

  // The rows in one list: which user's they are, what can be searched, and their place in the page.
  const rows = users.flatMap((user) =>
    [...user.querySelectorAll("tbody tr")].map((row) => ({ row, user, text: row.textContent.toLowerCase() })));
  const bars = users.flatMap((user) => [...user.querySelectorAll(".t")]);

  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    rows.forEach(({ row, user, text }, at) => {
      const fits = words.every((word) => text.includes(word));
      row.classList.toggle("hide", !fits);
      bars[at].classList.toggle("hide", !fits);
      if (fits) shown.add(user);
    });
    for (const user of users) user.classList.toggle("hide", !shown.has(user));
  };
  let waiting = 0;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });

  // Sorted rows are no longer inside their users, so a link to one user has to hide the others' rows.
  let sorted = null;
  const follow = () => {
    if (!sorted) return;
    const one = users.find((user) => user.matches(":target"));
    for (const { row, user } of rows) row.hidden = one !== undefined && user !== one;
  };
  addEventListener("hashchange", follow);

  const states = ["x", "s", "u", "n", "h"];
  const key = (row, column) => {
    const text = row.cells[column].textContent;
    if (column === 3) return states.indexOf(row.className[0]);
    return column >= 5 && text === "never" ? "" : text.toLowerCase();
  };
  const sort = (column) => {
    const down = heads[column].getAttribute("aria-sort") === "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    const list = rows.map(({ row }, at) => ({ row, at, key: key(row, column) }));
    const compare = column >= 5 || column === 3
      ? (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
      : (() => { const names = new Intl.Collator(undefined, { numeric: true }); return (a, b) => names.compare(a.key, b.key); })();
    list.sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || a.at - b.at);
    const all = document.createElement("div");
    all.className = "rows";
    for (let at = 0; at < list.length; at += 64) {
      const part = document.createElement("div");
      const table = document.createElement("table");
      const body = table.createTBody();
      part.className = "k k64";
      body.append(...list.slice(at, at + 64).map(({ row }) => row));
      part.append(table);
      all.append(part);
    }
    if (sorted) sorted.replaceWith(all);
    else main.append(all);
    sorted = all;
    for (const user of users) user.querySelector(".rows").classList.add("hide");
    follow();
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });
  document.querySelector(".order").textContent = "Select a column to sort by it.";
})();
