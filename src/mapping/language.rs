//! Languages an opportunity is held in.
//!
//! `inLanguage` is schema.org's. Publishers write codes, names, or several of them in one text. A language of which
//! no code is known keeps the publisher's words.

use super::context::Context;
use super::text;
use crate::openactive::SpokenLanguage;
use crate::openactive::canonical_uri;
use crate::openactive::parts;
use crate::oruk::Id;
use crate::oruk::Language;
use crate::quality::Code;

/// Maps the languages, each once.
pub(super) fn languages(cx: &Context<'_>) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    for stated in cx.first(|o| &o.in_language).into_iter().flatten() {
        for spoken in read(cx, stated) {
            let (Spoken::Code(key) | Spoken::Words(key)) = &spoken;
            let id = Id::derive_under("language", cx.service_id, &[&key.to_lowercase()]);
            if languages.iter().any(|known| known.id == id) {
                continue;
            }
            let (code, name) = match spoken {
                Spoken::Code(code) => (Some(code), None),
                Spoken::Words(name) => (None, Some(name)),
            };
            languages.push(Language { id, service_id: cx.service_id, code, name });
        }
    }
    languages
}

/// A language by its code, or in the publisher's words.
enum Spoken {
    Code(String),
    Words(String),
}

fn read(cx: &Context<'_>, stated: &SpokenLanguage) -> Vec<Spoken> {
    let other = text::line(stated.alternate_name.as_str());
    if let Some(tag) = tag_of(&other) {
        return vec![Spoken::Code(tag)];
    }
    let name = text::line(stated.name.as_str());
    let several = parts(&name).flat_map(|part| part.split(['/', '|', '+'])).map(str::trim);
    let several = several.filter(|part| !part.is_empty() && canonical_uri(&name).is_none());
    let several = several.map(|part| (part, codes_of(part)));
    let mut several: Vec<(&str, Vec<String>)> = several.collect();
    if several.iter().all(|(_, codes)| codes.is_empty()) {
        // Where no part is known, nothing says that they are several.
        let whole = if name.is_empty() { &other } else { &name };
        several = vec![(whole, codes_of(&other))];
    }
    several.retain(|(part, _)| !part.is_empty());
    let read = several.into_iter().flat_map(|(part, codes)| {
        let mut read: Vec<Spoken> = codes.into_iter().map(Spoken::Code).collect();
        if read.is_empty() {
            cx.find(Code::LanguageUnknown, "inLanguage");
            read.extend(words_of(cx, part).map(Spoken::Words));
        }
        read
    });
    read.collect()
}

/// Returns the code of a language by its name, a tag of BCP 47 as published, or the codes of a name with more beside
/// it: of `English (UK)` the only one, of `Chinese (Cantonese)` the last, which says more, of `Polish - English` both.
fn codes_of(stated: &str) -> Vec<String> {
    let names = stated.split(['(', ')', '-', '–', ':']).map(|name| {
        let ends = [" language", " Language", " only"];
        let bare = ends.into_iter().find_map(|end| name.strip_suffix(end));
        bare.unwrap_or(name).trim()
    });
    // Most write a code, which is found sooner than a name.
    let is_coded = stated.split('-').next().is_some_and(|language| language.len() == 2);
    let code = if is_coded { tag_of(stated) } else { None };
    if let Some(code) = code.or_else(|| code_of_name(stated)).or_else(|| tag_of(stated)) {
        return vec![code];
    }
    let mut codes: Vec<String> = names.filter_map(code_of_name).collect();
    if stated.contains('(') {
        codes.drain(..codes.len().saturating_sub(1));
    }
    codes
}

fn code_of_name(name: &str) -> Option<String> {
    let is_name = |known: &str| known.trim().eq_ignore_ascii_case(name);
    let mut named = known().filter(|(_, names)| names.split(',').any(is_name));
    named.next().map(|(code, _)| code.to_owned())
}

fn tag_of(stated: &str) -> Option<String> {
    let mut parts = stated.split(['-', '_']);
    let language = parts.next()?;
    let is_language = match language.len() {
        2 => known().any(|(code, _)| code.eq_ignore_ascii_case(language)),
        3 => language.bytes().all(|b| b.is_ascii_alphabetic()) && !is_none(language),
        _ => false,
    };
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (is_language && parts.all(is_part)).then(|| stated.to_owned())
}

/// Returns words that may name a language: no number, no address, and nothing that must not be published.
fn words_of(cx: &Context<'_>, stated: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphabetic() || c.is_whitespace() || "-–'’(),;/&+".contains(c);
    let is_named = stated.chars().all(is_word) && !is_none(stated) && cx.line(stated) == stated;
    is_named.then(|| stated.to_owned())
}

fn is_none(stated: &str) -> bool {
    text::is_one_of(stated, &NONE)
}

/// Returns each code with its names.
fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.split(';').filter_map(|language| language.trim().split_once(' '))
}

/// Words that stand where a language belongs and name none.
const NONE: [&str; 18] = [
    "all",
    "any",
    "mixed",
    "multiple",
    "n/a",
    "non",
    "none",
    "not applicable",
    "not specified",
    "other",
    "others",
    "tba",
    "tbc",
    "tbd",
    "to be confirmed",
    "und",
    "unknown",
    "various",
];

/// Languages by code: all of ISO 639-1 and others spoken or signed in the United Kingdom, each with its English names
/// and what it is called by those who speak it there.
const LANGUAGES: &str = "
    aa Afar; ab Abkhaz, Abkhazian; ae Avestan; af Afrikaans; aii Assyrian; ak Akan; am Amharic; an Aragonese;
    ar Arabic; as Assamese; av Avar, Avaric; ay Aymara; az Azeri, Azerbaijani; ba Bashkir;
    be Belarusian, Belarussian, Byelorussian; ber Berber, Tamazight;
    bfi BSL, British Sign Language; bg Bulgarian; bi Bislama; bm Bambara;
    bn Bengali, Bangla; bo Tibetan; br Breton; bs Bosnian; ca Catalan, Valencian; ce Chechen; ceb Cebuano;
    ch Chamorro; ckb Sorani, Kurdish Sorani, Central Kurdish; cmn Mandarin, Mandarin Chinese; co Corsican; cr Cree;
    cs Czech, Čeština; cu Church Slavonic; cv Chuvash; cy Welsh, Cymraeg; da Danish, Dansk; de German, Deutsch;
    dv Dhivehi, Divehi, Maldivian; dz Dzongkha; ee Ewe; el Greek, Modern Greek; en English;
    en-GB British English; en-US American English; eo Esperanto; es Spanish, Castilian, Español; et Estonian, Eesti;
    eu Basque; fa Farsi, Persian; ff Fula, Fulah, Fulani; fi Finnish, Suomi; fil Filipino; fj Fijian; fo Faroese;
    fr French, Français; fy Frisian, Western Frisian; ga Irish, Irish Gaelic, Gaeilge;
    gd Gaelic, Scottish Gaelic, Scots Gaelic, Gàidhlig; gl Galician; gn Guarani; gu Gujarati, Gujerati; gv Manx, Gaelg;
    ha Hausa; hak Hakka; haz Hazaragi; he Hebrew; hi Hindi; hmn Hmong; ho Hiri Motu; hr Croatian, Hrvatski;
    ht Haitian, Haitian Creole; hu Hungarian, Magyar; hy Armenian; hz Herero; ia Interlingua; id Indonesian;
    ie Interlingue; ig Igbo, Ibo; ii Nuosu, Sichuan Yi; ik Inupiaq; ilo Ilocano; io Ido; is Icelandic;
    isg Irish Sign Language; it Italian, Italiano; iu Inuktitut; ja Japanese;
    jam Patois, Jamaican Patois, Jamaican Creole; jv Javanese; ka Georgian; kab Kabyle; kfr Kutchi, Kachchi;
    kg Kongo; ki Kikuyu, Gikuyu; kj Kuanyama; kk Kazakh; kl Greenlandic, Kalaallisut; km Khmer, Cambodian; kn Kannada;
    ko Korean; kok Konkani; kr Kanuri; kri Krio; ks Kashmiri; ku Kurdish; kmr Kurmanji, Northern Kurdish; kv Komi;
    kw Cornish, Kernewek; ky Kyrgyz, Kirghiz; la Latin; lb Luxembourgish; lg Luganda, Ganda; li Limburgish; ln Lingala;
    lo Lao, Laotian; lt Lithuanian, Lietuvių; lu Luba-Katanga; lv Latvian, Latviešu; mg Malagasy; mh Marshallese;
    mi Maori, Māori; mk Macedonian; ml Malayalam; mn Mongolian; mr Marathi; ms Malay, Malaysian; mt Maltese;
    my Burmese, Myanmar; na Nauruan; nan Hokkien, Min Nan, Taiwanese; nb Bokmål, Norwegian Bokmål; nd Northern Ndebele;
    ne Nepali, Nepalese; ng Ndonga; nl Dutch, Flemish, Nederlands; nn Nynorsk, Norwegian Nynorsk; no Norwegian, Norsk;
    nr Southern Ndebele; nv Navajo; ny Chichewa, Chewa, Nyanja; oc Occitan; oj Ojibwe, Ojibwa; om Oromo; or Odia, Oriya;
    os Ossetian, Ossetic; pa Punjabi, Panjabi; pcm Nigerian Pidgin, Pidgin English; phr Mirpuri, Pahari, Potwari,
    Pahari-Potwari, Pothwari; pi Pali; pl Polish, Polski; prs Dari; ps Pashto, Pushto, Pashtu;
    pt Portuguese, Português; pt-BR Brazilian Portuguese, Brazilian; qu Quechua; rhg Rohingya; rm Romansh;
    rn Kirundi, Rundi; ro Romanian, Moldovan, Moldavian, Română; rom Romani, Romany; ru Russian; rw Kinyarwanda;
    sa Sanskrit; sc Sardinian; sco Scots, Lowland Scots; sco-ulster Ulster Scots, Ulster-Scots; sd Sindhi;
    se Northern Sami; sg Sango; sgn Sign Language; sh Serbo-Croatian; si Sinhala, Sinhalese, Singhalese;
    sk Slovak, Slovakian, Slovenčina; sl Slovene, Slovenian; sm Samoan; sn Shona; so Somali, Soomaali;
    sq Albanian, Shqip; sr Serbian; ss Swati, Swazi; st Sotho, Sesotho; su Sundanese; sv Swedish, Svenska;
    sw Swahili, Kiswahili; syl Sylheti; syr Syriac; ta Tamil; te Telugu; tet Tetum; tg Tajik; th Thai;
    ti Tigrinya, Tigrigna; tk Turkmen; tl Tagalog; tn Tswana, Setswana; to Tongan; tr Turkish, Türkçe; ts Tsonga;
    tt Tatar; tw Twi; ty Tahitian; ug Uyghur, Uighur; uk Ukrainian, Ukranian; ur Urdu; uz Uzbek; ve Venda;
    vi Vietnamese; vo Volapük; wa Walloon; wo Wolof; wuu Shanghainese, Wu; xh Xhosa; yi Yiddish; yo Yoruba; yue Cantonese;
    za Zhuang; zh Chinese; zh-Hans Simplified Chinese; zh-Hant Traditional Chinese; zu Zulu";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_code_and_its_names() {
        for (stated, codes) in [
            ("cy", "cy"),
            ("EN", "EN"),
            ("en-GB", "en-GB"),
            ("zh-Hant", "zh-Hant"),
            ("pol", "pol"),
            ("Cymraeg", "cy"),
            ("romanian", "ro"),
            ("Farsi", "fa"),
            ("Mandarin", "cmn"),
            ("Cantonese", "yue"),
            ("Chinese (Cantonese)", "yue"),
            ("Potwari", "phr"),
            ("Pahari-Potwari", "phr"),
            ("Sign language", "sgn"),
            ("British Sign Language (BSL)", "bfi"),
            ("Polish Language", "pl"),
            ("English (UK)", "en"),
            ("English - beginners", "en"),
            ("Polish - English", "pl en"),
            ("Hindi-Urdu", "hi ur"),
            ("English: Welsh", "en cy"),
            ("English – Makaton", "en"),
            ("Zulu", "zu"),
            ("tbc", ""),
            ("All", ""),
            ("xx", ""),
            ("Makaton", ""),
            ("", ""),
        ] {
            assert_eq!(codes_of(stated).join(" "), codes, "{stated}");
        }
    }

    #[test]
    fn each_name_is_that_of_one_language() {
        let names = || known().flat_map(|(_, names)| names.split(',').map(str::trim));
        for name in names() {
            assert_eq!(
                names().filter(|other| other.eq_ignore_ascii_case(name)).count(),
                1,
                "{name}"
            );
        }
        // Those of ISO 639-1 today, and Serbo-Croatian, which was one.
        let of_two_letters = known().filter(|(code, _)| code.len() == 2).count();
        assert_eq!(of_two_letters, 183 + 1);
    }
}
