/** What was ordered or is about to be, one short line each. */
import type { LineView } from "@/commerce/views";
import { formatMoney } from "@/money";

export function MiniLines({ lines, locale }: { lines: LineView[]; locale: string }) {
  return (
    <ul className="mini-lines">
      {lines.map((line) => (
        <li key={line.id}>
          <img src={line.image} alt="" width={56} height={56} />
          <span>
            {line.quantity} × {line.name}
            {line.option && <span className="hint">{line.option}</span>}
          </span>
          <span>{formatMoney(line.total, locale)}</span>
        </li>
      ))}
    </ul>
  );
}
