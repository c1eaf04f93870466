/** Grey shapes while a page is on its way. */
export function Skeleton() {
  return (
    <div className="skeleton" aria-busy="true" data-testid="loading">
      <div className="skeleton__title" />
      <div className="skeleton__row" />
      <div className="skeleton__row" />
      <div className="skeleton__row" />
    </div>
  );
}
