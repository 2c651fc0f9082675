/** A panel from the side, the whole window on a phone: the browser's own dialog, with its focus, its Escape and its shade. */
import { Title, CloseButton } from "@mantine/core";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useBrands } from "./texts";
import css from "./brands.module.css";

export function Drawer({ title, open, onClose, foot, children }: { title: string; open: boolean; onClose: () => void; foot?: ReactNode; children: ReactNode }) {
  const t = useBrands();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className={css.drawer} aria-labelledby={heading} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      {open && (
        <div className={css.drawerInner}>
          <header className={css.drawerHead}><Title order={2} size="h3" id={heading}>{title}</Title><CloseButton size={44} aria-label={t("close")} onClick={onClose} /></header>
          <div className={css.drawerBody}>{children}</div>
          {foot && <footer className={css.drawerFoot}>{foot}</footer>}
        </div>
      )}
    </dialog>
  );
}
