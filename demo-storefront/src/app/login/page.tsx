/** Sign-in. In the demo the two customers introduce themselves. */
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { LoginForm, type DemoCustomer } from "@/components/login-form";
import { config } from "@/config";
import { messages } from "@/i18n";
import { countryName } from "@/markets";
import { getMarket, getSession } from "@/session/cookie";

/** The seeded customers of the demo backend. Their passwords are public on purpose. */
const DEMO_CUSTOMERS = [
  { name: "Anna Schmidt", email: "anna.schmidt@example.com", password: "anna-demo", store: "de" },
  { name: "James Miller", email: "james.miller@example.com", password: "james-demo", store: "uk" },
];

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages((await getMarket()).locale).nav.login };
}

export default async function LoginPage() {
  if ((await getSession()).customerId) redirect("/account");
  const { locale } = await getMarket();
  const all = messages(locale);
  const t = all.login;
  return (
    <div className="narrow">
      <h1>{t.title}</h1>
      <p className="lead">{t.lead}</p>
      <LoginForm
        t={{ email: t.email, password: t.password, submit: t.submit, wrong: t.wrong, missing: t.missing, keep: t.keep, demoTitle: t.demoTitle, error: all.errors.action }}
        demo={demoCustomers(locale)}
      />
    </div>
  );
}

function demoCustomers(locale: string): DemoCustomer[] {
  const { demo, markets } = config();
  if (!demo) return [];
  const t = messages(locale).login;
  return DEMO_CUSTOMERS.flatMap((customer) => {
    const market = markets.find(({ store }) => store === customer.store);
    if (!market) return [];
    return [{ ...customer, use: t.demoUse(customer.name), where: t.demoStore(countryName(market.country, locale)) }];
  });
}
