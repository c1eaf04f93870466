// What the visitor reads, by language. The first two letters of the widget language decide.
const TEXTS = {
  en: {
    open: "Open chat", close: "Close chat", hello: "Hi there",
    online: "Online, replies in minutes", offline: "Away · leave us a message",
    start: "Ask us anything about products, your cart or an order.",
    write: "Write a message", send: "Send message", you: "You", agent: "Support", bot: "Bot",
    name: "Your name", email: "Your e-mail", news: "Send me news by e-mail", begin: "Start chat",
    unread: "new messages", note: "Local emulator: messages stay on this machine",
  },
  de: {
    open: "Chat öffnen", close: "Chat schließen", hello: "Hallo",
    online: "Online, Antwort in Minuten", offline: "Abwesend · schreib uns einfach",
    start: "Frag uns alles zu Produkten, Warenkorb oder Bestellung.",
    write: "Nachricht schreiben", send: "Nachricht senden", you: "Du", agent: "Support", bot: "Bot",
    name: "Dein Name", email: "Deine E-Mail", news: "Neuigkeiten per E-Mail erhalten", begin: "Chat beginnen",
    unread: "neue Nachrichten", note: "Lokaler Emulator: Nachrichten bleiben auf diesem Rechner",
  },
  fr: {
    open: "Ouvrir le chat", close: "Fermer le chat", hello: "Bonjour",
    online: "En ligne, réponse rapide", offline: "Absents · laissez un message",
    start: "Une question sur un produit, le panier ou une commande ?",
    write: "Écrire un message", send: "Envoyer le message", you: "Vous", agent: "Support", bot: "Bot",
    name: "Votre nom", email: "Votre e-mail", news: "Recevoir les nouveautés par e-mail", begin: "Commencer",
    unread: "nouveaux messages", note: "Émulateur local : les messages restent sur cette machine",
  },
};

function language() {
  const tag = document.tidioChatLang || navigator.language || "en";
  return String(tag).toLowerCase();
}

const LANGUAGE = language();
const T = TEXTS[LANGUAGE.slice(0, 2)] || TEXTS.en;
