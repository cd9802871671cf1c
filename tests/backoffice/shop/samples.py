"""A value for each setting that is not its default, and texts that it cannot have."""

OTHER = {
    "SHOP_NAME": "Tea & Co",
    "SHOP_LANGUAGE": "de",
    "SHOP_COUNTRY": "AT",
    "SHOP_COLOR": "#b45309",
    "SHOP_SHIPPING_FEE": "4.90",
    "SHOP_FREE_SHIPPING_FROM": "50.00",
    "SHOP_LOW_STOCK_THRESHOLD": "3",
    "SHOP_MAX_OPEN_ORDERS": "7",
    "SHOP_MAX_OPEN_UNITS": "70",
    "SHOP_MAX_OPEN_VALUE": "",
    "SHOP_KEEP_MAIL_TEXTS_DAYS": "365",
    "SHOP_KEEP_CUSTOMERS_MONTHS": "36",
    "SHOP_KEEP_SIGN_INS_DAYS": "90",
    "SHOP_KEEP_SECURITY_LOG_DAYS": "400",
}
BAD = {
    "SHOP_NAME": 81 * "x",
    "SHOP_LANGUAGE": "fr",
    "SHOP_COUNTRY": "Atlantis",
    "SHOP_COLOR": "blue",
    "SHOP_SHIPPING_FEE": "-1",
    "SHOP_FREE_SHIPPING_FROM": "1.999",
    "SHOP_LOW_STOCK_THRESHOLD": "few",
    "SHOP_MAX_OPEN_ORDERS": "-1",
    "SHOP_MAX_OPEN_UNITS": "1.5",
    "SHOP_MAX_OPEN_VALUE": "much",
    "SHOP_KEEP_MAIL_TEXTS_DAYS": "-1",
    "SHOP_KEEP_CUSTOMERS_MONTHS": "1.5",
    "SHOP_KEEP_SIGN_INS_DAYS": "long",
    "SHOP_KEEP_SECURITY_LOG_DAYS": "99999999999",
}
