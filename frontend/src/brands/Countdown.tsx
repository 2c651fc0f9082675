/** How long is left, by the server's clock; says so when the close has moved. */
import { useEffect, useRef, useState } from "react";
import { formatMoment } from "../shared/dates";
import { useServerNow } from "./clock";
import { useBrands } from "./texts";
import css from "./auction.module.css";

const two = (count: number) => String(count).padStart(2, "0");

export function Countdown({ until, onOver }: { until: string; onOver?: () => void }) {
  const t = useBrands();
  const end = Date.parse(until);
  const now = useServerNow(true);
  const left = Math.max(0, Math.ceil((end - now) / 1000));
  const before = useRef(end);
  const [moved, setMoved] = useState(false);
  const over = left === 0;
  useEffect(() => {
    if (end > before.current) setMoved(true);
    before.current = end;
    const timer = setTimeout(() => setMoved(false), 8_000);
    return () => clearTimeout(timer);
  }, [end]);
  useEffect(() => {
    if (!over) return;
    onOver?.();
    // The worker closes a listing a little after its time: look once more.
    const timer = setTimeout(() => onOver?.(), 4_000);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it is over
  }, [over]);
  const [days, hours, minutes, seconds] = [Math.floor(left / 86_400), Math.floor(left / 3_600) % 24, Math.floor(left / 60) % 60, left % 60];
  const shown = days > 0 ? t("countdown.days", { days, hours }) : hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return (
    <div className={css.countdown} data-soon={left < 120 || undefined}>
      <small>{t(over ? "countdown.over" : "countdown.left")}</small>
      <time role="timer" dateTime={until} title={formatMoment(until)}>{over ? "0:00" : shown}</time>
      <span aria-live="polite">{moved ? t("countdown.moved") : formatMoment(until)}</span>
    </div>
  );
}
