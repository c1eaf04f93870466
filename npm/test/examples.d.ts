/** What the examples of the documentation take for granted: the shop around them. */
declare const customerId: string | undefined;
declare const cartId: string | undefined;
declare const customer: { id: string } | undefined;
declare const cart: { id: string };
declare const nonce: string;
declare const myConsent: { chat: boolean; data: boolean; onChange(changed: () => void): void };

declare module "@/session" {
  export function getSession(): Promise<{ customerId?: string; cartId?: string }>;
}
declare module "*/session" {
  export function currentShopper(): Promise<{ id: string; cartId: string } | null>;
}
