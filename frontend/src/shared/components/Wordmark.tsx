/** The name and its mark: one likeness, and its twin. */
import css from "./shell.module.css";

export function Wordmark() {
  return (
    <span className={css.wordmark}>
      <svg width="28" height="20" viewBox="0 0 28 20" aria-hidden="true">
        <circle cx="10" cy="10" r="9" className={css.markOne} />
        <circle cx="18" cy="10" r="9" className={css.markTwo} />
      </svg>
      Twinmarket
    </span>
  );
}
