/** What was earned, by month and by model, one currency at a time. */
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Bars, type Bar } from "../shared/components/Bars";
import { Section } from "../shared/components/Page";
import { formatDay } from "../shared/dates";
import { formatMoney, fromMinor, toMinor, type Money } from "../shared/money";
import { useAgencies } from "./texts";

interface Earning {
  month: string;
  amount: Money;
  model?: { id: string; name: string } | null;
}

/** Sums by a name, in the order in which the names come. */
function barsOf(earnings: readonly Earning[], currency: string, name: (earning: Earning) => string): Bar[] {
  const sums = new Map<string, bigint>();
  for (const earning of earnings) if (earning.amount.currency === currency) sums.set(name(earning), (sums.get(name(earning)) ?? 0n) + toMinor(earning.amount));
  return [...sums].map(([label, minor]) => ({ label, value: Number(minor), shown: formatMoney(fromMinor(minor, currency), { exact: true }) }));
}

export function EarningsCharts({ earnings }: { earnings: readonly Earning[] }) {
  const t = useAgencies();
  const currencies = [...new Set(earnings.map((earning) => earning.amount.currency))].sort();
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen ?? currencies[0];
  if (!currency) return null;
  const byMonth = [...earnings].sort((a, b) => a.month.localeCompare(b.month));
  const models = barsOf(earnings, currency, (earning) => earning.model?.name ?? "–").sort((a, b) => b.value - a.value);
  return (
    <Section title={t("earnings.title")} aside={currencies.length > 1 && <NativeSelect aria-label={t("earnings.currency")} data={currencies} value={currency} onChange={(event) => setChosen(event.currentTarget.value)} />}>
      <Bars title={t("earnings.byMonth")} bars={barsOf(byMonth, currency, (earning) => formatDay(earning.month, { month: "short", year: "2-digit" }))} />
      <Bars title={t("earnings.byModel")} bars={models} />
    </Section>
  );
}
