"use client";
/** The last resort: the frame itself failed, so nothing of it is used here. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ font: "1.1rem/1.5 system-ui, sans-serif", padding: "4rem 1.5rem", textAlign: "center", color: "#2b211b", background: "#faf6ef" }}>
        <h1>The shop is closed for a moment.</h1>
        <p>Something went wrong on our side. · Bei uns ist etwas schiefgegangen.</p>
        <button type="button" onClick={reset} style={{ font: "inherit", padding: "0.6rem 1.4rem" }}>
          Try again
        </button>
      </body>
    </html>
  );
}
