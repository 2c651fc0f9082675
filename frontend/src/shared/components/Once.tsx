/** A secret that is shown this once: to be copied now, and put away. */
import { CopyButton } from "./CopyButton";
import { Button } from "@mantine/core";
import { useShared } from "../texts";
import css from "./once.module.css";

export function Once({ title, hint, value, copy, onKept }: { title: string; hint?: string; value: string; copy: string; onKept: () => void }) {
  const t = useShared();
  return (
    <div className={css.once} role="status">
      <strong>{title}</strong>
      {hint && <p>{hint}</p>}
      <code data-testid="once">{value}</code>
      <div className={css.buttons}>
        <CopyButton value={value} label={copy} filled />
        <Button variant="default" onClick={onKept}>{t("kept")}</Button>
      </div>
    </div>
  );
}
