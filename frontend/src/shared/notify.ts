/** Toasts. What cannot wait is said at once; what went well, politely. */
import { notifications } from "@mantine/notifications";

export const notify = {
  good: (title: string, message?: string) => void notifications.show({ title, message, color: "teal", autoClose: 6_000 }),
  bad: (title: string, message?: string) => void notifications.show({ title, message, color: "red", autoClose: 12_000, role: "alert" }),
};
