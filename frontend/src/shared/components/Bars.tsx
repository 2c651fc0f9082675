/** A bar chart of one series: axis from zero, the value on each bar's row for readers, drawn at its measured width. */
import { useElementSize } from "@mantine/hooks";
import { VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import css from "./shared.module.css";

export interface Bar {
  label: string;
  value: number;
  /** As it is read: €1,250. */
  shown: string;
}

const HEIGHT = 180;
const FOOT = 24;

export function Bars({ title, bars, caption }: { title: string; bars: Bar[]; caption?: string }) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [chosen, setChosen] = useState<number | null>(null);
  const top = Math.max(...bars.map((bar) => bar.value), 1);
  const step = width / Math.max(bars.length, 1);
  const thick = Math.min(44, step * 0.62);
  const every = Math.ceil(46 / Math.max(step, 1));
  const at = bars[chosen ?? bars.length - 1];
  return (
    <figure className={css.chart}>
      <figcaption className={css.chartCaption}>
        <span>{title}</span>
        {at && <span className={css.num}>{at.label}: <strong>{at.shown}</strong></span>}
      </figcaption>
      <div ref={ref}>
        <svg width={width} height={HEIGHT + FOOT} aria-hidden="true">
          {[0, 1, 2].map((line) => <line key={line} x1={0} x2={width} y1={(HEIGHT / 2) * line + 0.5} y2={(HEIGHT / 2) * line + 0.5} className={css.gridline} />)}
          {bars.map((bar, place) => {
            const tall = Math.max((bar.value / top) * (HEIGHT - 12), bar.value ? 3 : 1);
            return (
              <g key={bar.label} onPointerEnter={() => setChosen(place)} onPointerLeave={() => setChosen(null)}>
                <rect x={place * step} y={0} width={step} height={HEIGHT} fill="transparent" />
                <rect x={place * step + (step - thick) / 2} y={HEIGHT - tall} width={thick} height={tall} rx={4} className={css.chartBar} data-on={chosen === place || undefined} />
                {place % every === 0 && <text x={place * step + step / 2} y={HEIGHT + 17} className={css.chartLabel}>{bar.label}</text>}
              </g>
            );
          })}
        </svg>
      </div>
      {caption && <p className={css.chartNote}>{caption}</p>}
      <VisuallyHidden>
        <table>
          <caption>{title}</caption>
          <tbody>{bars.map((bar) => <tr key={bar.label}><th scope="row">{bar.label}</th><td>{bar.shown}</td></tr>)}</tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}
