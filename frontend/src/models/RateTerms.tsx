/** What holds for all of a rate card: exclusivity, the least she takes, the currency. Below the rates, and loaded after them. */
import { NativeSelect, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { MoneyInput } from "../shared/components/MoneyInput";
import { Section } from "../shared/components/Page";
import currencies from "../shared/currencies.json";
import type { RateValues } from "./Rates";
import { useModels } from "./texts";
import css from "./models.module.css";

export function RateTerms({ form }: { form: UseFormReturnType<RateValues> }) {
  const t = useModels();
  const { currency } = form.values;
  return (
    <Section title={t("rates.exclusive")}>
      <div className={`${css.card} ${css.plain}`}>
        <Text size="sm" c="dimmed">{t("rates.exclusive.hint")}</Text>
        <div className={css.pair}>
          <TextInput inputMode="decimal" label={t("rates.exclusive.industry")} {...form.getInputProps("industry")} />
          <TextInput inputMode="decimal" label={t("rates.exclusive.total")} {...form.getInputProps("total")} />
        </div>
        <div className={css.pair}>
          <MoneyInput currency={currency} label={t("rates.floor")} {...form.getInputProps("floor")} />
          <NativeSelect label={t("rates.currency")} data={currencies} {...form.getInputProps("currency")} />
        </div>
        <Text size="sm" c="dimmed">{t("rates.floor.hint")}</Text>
      </div>
    </Section>
  );
}
