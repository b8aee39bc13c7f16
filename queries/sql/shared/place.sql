-- shared: the village and the regions above it, by the places of its code (domain §6)
        village_code,
        substr(village_code, 1, 9) || '000' as township_code,
        substr(village_code, 1, 6) || '000000' as county_code
