/* The planning board under the fingers: arrows move from cell to cell, Home and End to the ends of
   a row, Enter opens. Without this script every bar is a link that Tab reaches. */

const board = document.querySelector("[data-board]");

/** The cells of each row by column, as drawn: spans fill all the places they cover. */
function layOut(table) {
  const grid = [];
  [...table.rows].forEach((row, y) => {
    grid[y] ??= [];
    let x = 0;
    for (const cell of row.cells) {
      while (grid[y][x]) x += 1;
      for (let down = 0; down < cell.rowSpan; down += 1) {
        grid[y + down] ??= [];
        for (let right = 0; right < cell.colSpan; right += 1) grid[y + down][x + right] = cell;
      }
      x += cell.colSpan;
    }
  });
  return grid;
}

if (board) {
  const grid = layOut(board);
  const head = board.tHead.rows.length;
  let at = { x: 1, y: head + 1 };

  const holder = (cell) => cell.querySelector("a") ?? cell;

  const place = (cell) => {
    for (let y = head; y < grid.length; y += 1) {
      const x = grid[y].indexOf(cell);
      if (x >= 0) return { x, y };
    }
    return null;
  };

  const enter = (next) => {
    const cell = grid[next.y]?.[next.x];
    if (!cell) return;
    holder(grid[at.y][at.x]).tabIndex = -1;
    at = next;
    const target = holder(cell);
    target.tabIndex = 0;
    target.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const walk = ([dx, dy]) => {
    const here = grid[at.y][at.x];
    let { x, y } = at;
    do {
      x += dx;
      y += dy;
    } while (grid[y]?.[x] === here);
    if (y >= head && grid[y]?.[x]) enter({ x, y });
  };

  board.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) walk(steps[event.key]);
    else if (event.key === "Home") enter({ x: 0, y: at.y });
    else if (event.key === "End") enter({ x: grid[at.y].length - 1, y: at.y });
    else return;
    event.preventDefault();
  });

  board.addEventListener("focusin", (event) => {
    const found = place(event.target.closest("td, th"));
    if (found && grid[at.y][at.x] !== grid[found.y][found.x]) at = found;
  });

  // One stop for Tab instead of one per bar; the arrows do the rest.
  for (const link of board.querySelectorAll("a")) link.tabIndex = -1;
  for (const cell of board.tBodies.length ? board.querySelectorAll("tbody th, tbody td") : []) {
    if (!cell.querySelector("a")) cell.tabIndex = -1;
  }
  if (grid[at.y]?.[at.x]) holder(grid[at.y][at.x]).tabIndex = 0;

  board.querySelector("thead .is-today")?.scrollIntoView({ block: "nearest", inline: "center" });
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
