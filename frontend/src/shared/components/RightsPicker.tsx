/** Exactly which rights: media, places, days, industry, exclusivity. Controlled; what it hands on is the API's RightsInput. */
import { Checkbox, NativeSelect, Text, TextInput } from "@mantine/core";
import type { Exclusivity, Industry, Medium, RightsInput } from "../../gql/graphql";
import { addDays, daysBetween } from "../dates";
import market from "../market.json";
import { useShared, type SharedKey } from "../texts";
import { TerritoryPicker } from "./TerritoryPicker";
import css from "./rights.module.css";

export type Chosen = Omit<RightsInput, "exclusivity"> & { exclusivity: Exclusivity };

export interface RightsPickerProps {
  value: Chosen;
  onChange: (rights: Chosen) => void;
  /** By field: { media: "...", "rights.endsOn" without its prefix: "..." }, as the server says. */
  errors?: Partial<Record<keyof Chosen, string>>;
  /** Where the brand's industry is not to be chosen. */
  withoutIndustry?: boolean;
}

export function RightsPicker({ value, onChange, errors = {}, withoutIndustry }: RightsPickerProps) {
  const t = useShared();
  const set = (part: Partial<Chosen>) => onChange({ ...value, ...part });
  const days = value.startsOn && value.endsOn ? daysBetween(value.startsOn, value.endsOn) : 0;
  return (
    <div className={css.picker}>
      <fieldset className={css.part}>
        <legend>{t("rights.media")}</legend>
        <div className={css.media}>
          {(market.media as Medium[]).map((medium) => (
            <Checkbox key={medium} className={css.check} label={t(`medium.${medium}` as SharedKey)} checked={value.media.includes(medium)}
              onChange={(event) => set({ media: event.currentTarget.checked ? [...value.media, medium] : value.media.filter((each) => each !== medium) })} />
          ))}
        </div>
        {errors.media && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors.media}</Text>}
      </fieldset>
      <fieldset className={css.part}>
        <legend>{t("rights.territories")}</legend>
        <TerritoryPicker value={value.territories} onChange={(territories) => set({ territories })} />
        {errors.territories && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors.territories}</Text>}
      </fieldset>
      <div className={css.days}>
        <TextInput type="date" label={t("rights.from")} value={value.startsOn} error={errors.startsOn}
          onChange={(event) => {
            const startsOn = event.currentTarget.value;
            set({ startsOn, ...(startsOn && value.endsOn < startsOn ? { endsOn: addDays(startsOn, Math.max(days, 1) - 1) } : {}) });
          }} />
        <TextInput type="date" label={t("rights.until")} value={value.endsOn} min={value.startsOn} error={errors.endsOn} onChange={(event) => set({ endsOn: event.currentTarget.value })} />
        <Text size="sm" c="dimmed" className={css.count}>{days > 0 ? t("rights.days", { count: days }) : ""}</Text>
      </div>
      {!withoutIndustry && (
        <NativeSelect label={t("rights.industry")} value={value.industry} error={errors.industry} onChange={(event) => set({ industry: event.currentTarget.value as Industry })}
          data={market.industries.map((industry) => ({ value: industry, label: t(`industry.${industry}` as SharedKey) }))} />
      )}
      <fieldset className={css.part}>
        <legend>{t("rights.exclusivity")}</legend>
        {(market.exclusivities as Exclusivity[]).map((exclusivity) => (
          <label key={exclusivity} className={css.choice}>
            <input type="radio" name="exclusivity" checked={value.exclusivity === exclusivity} onChange={() => set({ exclusivity })} />
            <span>{t(`exclusivity.${exclusivity}`)}<small>{t(`exclusivity.${exclusivity}.hint`)}</small></span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
