/** Appears with the first change, stays within reach of the thumb, and asks before unsaved work is left. */
import { Button, Text } from "@mantine/core";
import { useEffect } from "react";
import { useShared } from "../texts";
import css from "./shared.module.css";

/** Inside the form whose `type="submit"` it is. */
export function SaveBar({ dirty, saving, save, onDiscard }: { dirty: boolean; saving: boolean; save: string; onDiscard: () => void }) {
  const t = useShared();
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const askInside = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.("a[href]");
      if (link && !confirm(t("save.leave"))) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    addEventListener("beforeunload", ask);
    document.addEventListener("click", askInside, true);
    return () => {
      removeEventListener("beforeunload", ask);
      document.removeEventListener("click", askInside, true);
    };
  }, [dirty, t]);
  if (!dirty) return null;
  return (
    <div className={css.savebar} data-bar role="region" aria-label={t("save.unsaved")}>
      <div className={css.savebarInner}>
        <Text size="sm" className={css.savebarText}>{t("save.unsaved")}</Text>
        <Button variant="default" onClick={onDiscard}>{t("save.discard")}</Button>
        <Button type="submit" loading={saving}>{save}</Button>
      </div>
    </div>
  );
}
