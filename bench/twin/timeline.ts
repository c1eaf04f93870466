/** What happened to the orders, with the same words and order as the edge; the words come from the edge's table. */
import type { Delivery, Order, ReturnInfo, ReturnItem } from "@commercetools/platform-sdk";
import table from "../../edge-core/src/project/phrases.tsv";

export interface Telling {
  locale: string;
  number: (order: Order) => string;
  total: (order: Order) => string;
  words: (state: string) => string;
  minute: (time: string) => string;
}

type Told = [at: string, what: string];

const MAX_PARCELS = 5;
const [header = [], ...rows] = table.trimEnd().split("\n").map((row) => row.split("\t"));
const phrases = new Map(rows.map(([key, ...cells]) => [key, cells]));

function story(order: Order, { locale, number, total, words, minute }: Telling): Told[] {
  const column = Math.max(header.indexOf(locale.split("-")[0] ?? "") - 1, 0);
  const say = (key: string): string | undefined => phrases.get(key)?.[column];
  const state = (kind: string, value?: string): string[] => (value ? [say(`${kind}.${value}`) ?? words(value)] : []);
  const parcelNames = (label: string, parcels: Delivery["parcels"]): string => {
    const names = parcels.flatMap(({ trackingData: t }) => (t?.trackingId ? [[t.carrier, t.trackingId].filter(Boolean).join(" ")] : []));
    const shown = names.length > MAX_PARCELS ? [...names.slice(0, MAX_PARCELS), `+${names.length - MAX_PARCELS}`] : names;
    return shown.length > 0 ? `${say(label)}: ${shown.join(", ")}` : `${say(label)}`;
  };
  const shipped = (delivery: Delivery): Told[] => {
    const isBack = (parcel: Delivery["parcels"][number]): boolean => parcel.trackingData?.isReturn ?? false;
    const isFirst = (parcel: Delivery["parcels"][number]): boolean => !isBack(parcel) && minute(parcel.createdAt) === minute(delivery.createdAt);
    const later = delivery.parcels.filter((parcel) => !isFirst(parcel));
    return [
      [delivery.createdAt, parcelNames("shipment", delivery.parcels.filter(isFirst))],
      ...later.map((parcel): Told => [parcel.createdAt, parcelNames(isBack(parcel) ? "return_parcel" : "parcel", [parcel])]),
    ];
  };
  const returned = (info: ReturnInfo): Told[] => {
    const groups: { item: ReturnItem; quantity: number }[] = [];
    for (const item of info.items) {
      const last = groups.at(-1);
      const members = ["createdAt", "lastModifiedAt", "shipmentState", "paymentState"] as const;
      if (last && members.every((member) => last.item[member] === item[member])) last.quantity += item.quantity;
      else groups.push({ item, quantity: item.quantity });
    }
    return groups.flatMap(({ item, quantity }) => {
      const id = info.returnTrackingId ? ` (${info.returnTrackingId})` : "";
      const states = [...state("returned", item.shipmentState), ...state("refund", item.paymentState)].join(", ");
      const now: Told = [item.lastModifiedAt, `${say("return")}: ${quantity} × ${states}${id}`];
      return item.createdAt === item.lastModifiedAt ? [now] : [[item.createdAt, `${say("return")}: ${quantity} × ${say("registered")}`], now];
    });
  };
  const deliveries = [order.shippingInfo, ...(order.shipping ?? []).map(({ shippingInfo }) => shippingInfo)].flatMap((info) => info?.deliveries ?? []);
  const isImported = order.completedAt && order.completedAt < order.createdAt;
  const told: Told[] = [
    [order.createdAt, `${say(isImported ? "imported" : "placed")}`],
    ...(order.completedAt ? [[order.completedAt, `${say("completed")}`] satisfies Told] : []),
    ...deliveries.flatMap(shipped),
    ...(order.returnInfo ?? []).flatMap(returned),
  ];
  told.reverse().sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
  const states = [...state("order", order.orderState), ...state("payment", order.paymentState), ...state("shipment", order.shipmentState)];
  return [
    [told[0]?.[0] ?? "", `${number(order)} · ${say("now")}: ${states.join(", ")} · ${total(order)}`],
    ...told.map(([at, what]): Told => [at, `${minute(at)} · ${number(order)} · ${what}`]),
  ];
}

/** A line an event, newest first; an order's states stand above its newest line. */
export function timelineOf(orders: Order[], telling: Telling): string[] {
  const told = orders.flatMap((order) => story(order, telling));
  return told.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([, line]) => line);
}
