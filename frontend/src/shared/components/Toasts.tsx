/** Where toasts appear. */
import "@mantine/core/styles/Notification.layer.css";
import "@mantine/notifications/styles.layer.css";
import { Notifications } from "@mantine/notifications";

export { notifications } from "@mantine/notifications";

export default function Toasts() {
  return <Notifications position="bottom-center" />;
}
