import type { OrderView } from "@/commerce/views";
import type { Messages } from "@/i18n/en";

/** The one word that a customer wants to know about an order: where it is. */
export function OrderStatus({ order, t }: { order: OrderView; t: Messages }) {
  const cancelled = order.state === "Cancelled";
  const shipment = order.shipmentState ? t.order.shipment[order.shipmentState] : undefined;
  const text = cancelled ? t.order.state.Cancelled : (shipment ?? t.order.state[order.state] ?? order.state);
  const tone = cancelled ? "off" : order.shipmentState === "Delivered" || order.state === "Complete" ? "done" : "open";
  return (
    <span className="status" data-tone={tone}>
      {text}
    </span>
  );
}
