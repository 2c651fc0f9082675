/** Copies, and says that it did. */
import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useShared } from "../texts";

export function CopyButton({ value, label, filled }: { value: string; label: string; filled?: boolean }) {
  const t = useShared();
  const clipboard = useClipboard({ timeout: 3_000 });
  return <Button variant={filled ? "filled" : "default"} onClick={() => clipboard.copy(value)} aria-live="polite">{clipboard.copied ? t("copied") : label}</Button>;
}
