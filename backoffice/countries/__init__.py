from backoffice.countries.addresses import postal_lines as postal_lines
from backoffice.countries.addresses import town_of as town_of
from backoffice.countries.lookup import UnknownCountry as UnknownCountry
from backoffice.countries.lookup import checked_code as checked_code
from backoffice.countries.lookup import country_choices as country_choices
from backoffice.countries.lookup import country_code as country_code
from backoffice.countries.lookup import country_name as country_name
