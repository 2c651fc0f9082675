/** Our own line drawings, 24 by 24. Decoration: the word beside an icon says what it means. */
const PATHS = {
  home: "M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1z",
  rates: "M4 7h10M18 7h2M4 12h4M12 12h8M4 17h12M14 5v4M8 10v4M16 15v4",
  bids: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
  consent: "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6zM9 12l2 2 4-4",
  earnings: "M5 20V11M12 20V4M19 20v-6",
  twins: "M9 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M15 5.5a3.5 3.5 0 0 1 0 6.5M17 14.800c2.5.7 4 2.5 4 5.2",
  licences: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h5",
  catalogue: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  listings: "M5 20h9M9.5 4.5l6 6M7 7l6 6M12 5l-4 4M15 8l-4 4M13 11l7 7",
  keys: "M14.5 9.5a4 4 0 1 1-1-2.600zM14 10l7 0M18 10v3M21 10v2",
  payouts: "M3 7h18v11H3zM3 11h18M7 15h3",
  mandates: "M4 20h16M6 16l9-9 3 3-9 9H6zM13 9l3 3",
  roster: "M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11",
  statement: "M7 3h10v18l-2.5-1.5L12 21l-2.5-1.5L7 21zM10 8h4M10 12h4",
  verify: "M12 3l2.5 2 3.2-.300.8 3.1 2.5 2-1.3 2.9 1.3 2.9-2.5 2-.8 3.1-3.2-.300L12 21l-2.5-2-3.200.3-.8-3.1-2.5-2 1.3-2.900L3 8.400l2.5-2 .8-3.1 3.2.300zM9 12l2 2 4-4",
  card: "M3 6h18v12H3zM3 10h18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M5.6 18.4 7 17M17 7l1.4-1.4",
  moon: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5Z",
  settings: "M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4",
  code: "M8 8l-4 4 4 4M16 8l4 4-4 4M13 6l-2 12",
  out: "M14 4H5v16h9M10 12h10M17 9l3 3-3 3",
  arrow: "M5 12h14M13 6l6 6-6 6",
  chevron: "M9 6l6 6-6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  plus: "M12 5v14M5 12h14",
  key: "M15 9a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM11 13v8M11 17h3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
