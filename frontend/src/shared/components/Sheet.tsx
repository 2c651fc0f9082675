/** A question on top of the screen: from below on a phone, in the middle on a desktop. The browser keeps the focus inside and Escape closes it. */
import { Title } from "@mantine/core";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useShared } from "../texts";
import css from "./sheet.module.css";

export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const t = useShared();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={css.sheet}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className={css.inner}>
        <div className={css.head}>
          <Title order={2} size="h3" id={heading}>{title}</Title>
          <button type="button" className={css.close} aria-label={t("close")} onClick={onClose}>×</button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** The buttons at the foot of a sheet: the careful one first, what it is about last. */
export const SheetButtons = ({ children }: { children: ReactNode }) => <div className={css.buttons}>{children}</div>;
