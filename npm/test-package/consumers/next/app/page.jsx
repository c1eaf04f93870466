import Link from "next/link";

export default function Page() {
  return (
    <main>
      <h1>Shop</h1>
      <Link href="/second">Second page</Link>
    </main>
  );
}
