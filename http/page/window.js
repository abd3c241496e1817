// Which of many tiles are in view: only those are in the document. Each row has the same height.

const gap_px = 8; // as in page.css
const rows_beyond = 3; // above and below, for scrolling

export class TileWindow {
  // onScroll: other tiles came into view.
  constructor(root, onScroll) {
    this.root = root;
    root.addEventListener("scroll", onScroll, { passive: true });
    new ResizeObserver(onScroll).observe(root);
  }

  // Of `count` tiles: the first and the one behind the last that is shown. Makes room for the rest.
  range(count, tile_px, narrowest_px) {
    const { root } = this;
    const columns = Math.max(1, Math.floor((root.clientWidth + gap_px) / (narrowest_px + gap_px)));
    const row_px = tile_px + gap_px;
    const rows = Math.ceil(count / columns);
    const shown = Math.ceil((root.clientHeight || innerHeight) / row_px) + 2 * rows_beyond;
    const first = Math.max(0, Math.min(rows - shown, Math.floor(root.scrollTop / row_px) - rows_beyond));
    const last = Math.min(rows, first + shown);
    this.pad(first * row_px, (rows - last) * row_px, columns);
    return [first * columns, last * columns];
  }

  pad(above_px, below_px, columns) {
    const { style } = this.root;
    style.setProperty("--columns", columns);
    style.setProperty("--above", `${above_px}px`);
    style.setProperty("--below", `${below_px}px`);
  }

  // All tiles are shown.
  clear() {
    const { style } = this.root;
    for (const name of ["--columns", "--above", "--below"]) style.removeProperty(name);
  }

  // Scrolls so that this one of them is in view.
  reveal(place, tile_px, narrowest_px) {
    const columns = Math.max(1, Math.floor((this.root.clientWidth + gap_px) / (narrowest_px + gap_px)));
    const top = Math.floor(place / columns) * (tile_px + gap_px);
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop || top + tile_px > scrollTop + clientHeight) this.root.scrollTop = Math.max(0, top - tile_px);
  }
}
