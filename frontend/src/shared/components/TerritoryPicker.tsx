/** Places, from the tree of regions and countries: open a region, or search by name. */
import { Checkbox, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useMemo, useState } from "react";
import { locale } from "../language";
import places from "../places.json";
import { inside, isChosen, isPartly, isRegion, toggle, WORLD } from "../territories";
import { useShared, useTerritoryName } from "../texts";
import { Icon } from "./Icon";
import css from "./rights.module.css";

const PLACES = [...Object.keys(places.tree), ...places.countries];
const MOST_FOUND = 12;
const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function TerritoryPicker({ value, onChange }: { value: readonly string[]; onChange: (territories: string[]) => void }) {
  const t = useShared();
  const name = useTerritoryName();
  const [search, setSearch] = useState("");
  const found = useMemo(() => {
    const words = plain(search.trim());
    if (!words) return null;
    const rank = (code: string) => (code.toLowerCase() === words ? 0 : plain(name(code)).startsWith(words) ? 1 : 2);
    return PLACES.filter((code) => code.toLowerCase() === words || plain(name(code)).includes(words)).sort((a, b) => rank(a) - rank(b)).slice(0, MOST_FOUND);
  }, [search, name]);
  const check = (code: string) => (
    <Checkbox className={css.check} label={name(code)} checked={isChosen(value, code)} indeterminate={isPartly(value, code)} onChange={(event) => onChange(toggle(value, code, event.currentTarget.checked))} />
  );
  return (
    <div className={css.places}>
      {value.length > 0 && (
        <ul className={css.chips} aria-label={t("rights.territories")}>
          {value.map((code) => (
            <li key={code}><button type="button" onClick={() => onChange(toggle(value, code, false))}>{name(code)}<span aria-hidden="true">×</span></button></li>
          ))}
        </ul>
      )}
      <TextInput type="search" aria-label={t("rights.territories.search")} placeholder={t("rights.territories.search")} value={search} leftSection={<Icon name="search" size={18} />}
        onChange={(event) => setSearch(event.currentTarget.value)} onKeyDown={(event) => event.key === "Enter" && event.preventDefault()} />
      <div className={css.tree} tabIndex={0} role="group" aria-label={t("rights.territories")}>
        {found ? (
          found.length ? found.map((code) => <div key={code}>{check(code)}</div>) : <Text size="sm" c="dimmed" p="sm">{t("rights.territories.none")}</Text>
        ) : (
          <Branch code={WORLD} check={check} open />
        )}
      </div>
      <Text size="sm" c="dimmed" aria-live="polite">{t("rights.territories.count", { count: value.length })}</Text>
    </div>
  );
}

function Branch({ code, check, open: opened = false }: { code: string; check: (code: string) => React.ReactNode; open?: boolean }) {
  const t = useShared();
  const name = useTerritoryName();
  const [open, setOpen] = useState(opened);
  const parts = useMemo(() => {
    const regions = inside(code).filter(isRegion);
    const countries = inside(code).filter((each) => !isRegion(each)).sort((a, b) => name(a).localeCompare(name(b), locale()));
    return [...regions, ...countries];
  }, [code, name]);
  return (
    <div>
      <div className={css.branch}>
        <UnstyledButton className={css.opener} aria-expanded={open} aria-label={t("rights.territories.open", { region: name(code) })} onClick={() => setOpen(!open)}><Icon name="chevron" size={16} /></UnstyledButton>
        {check(code)}
      </div>
      {open && <div className={css.inside}>{parts.map((part) => (isRegion(part) ? <Branch key={part} code={part} check={check} /> : <div key={part} className={css.leaf}>{check(part)}</div>))}</div>}
    </div>
  );
}
